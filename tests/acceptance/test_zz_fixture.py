def test_a(start_intake, database_url, relay):
    i = start_intake("--only", "smtp,web", DATABASE_URL=database_url, RELAY_HOST=relay.host, RELAY_PORT=str(relay.port))
    i.send(b"From: alex.reader@example.org\r\nTo: feedback@council.example\r\nMessage-ID: <1@example.org>\r\nSubject: Bin missed\r\n\r\nMy bin was missed again and I want to complain formally.\r\n")
    print(i.cases())
    i.kill(); i.restart(); i.cases()
    assert i.stop() == 0, i.log()[-1500:]
