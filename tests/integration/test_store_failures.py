"""A database that fails: told from a statement it refuses, and back in use when it is well."""

import sqlite3

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from intake.adapters.db.engine import connect
from intake.adapters.db.group_commit import GroupCommitInbound
from intake.adapters.db.store import SqlStore
from intake.errors import ConfigurationError, StoreUnavailable
from tests.support.ports import free_port
from tests.support.stored import claim, new_inbound, receive


@pytest.mark.parametrize(
    "url", ["mysql://localhost/intake", "not an address", "oracle://localhost/intake", ""]
)
def test_an_address_of_another_kind_is_a_wrong_setting(url):
    with pytest.raises(ConfigurationError, match=r"database\.url"):
        connect(url)


def test_the_store_is_unavailable_when_the_file_cannot_be_opened(tmp_path):
    store = SqlStore(f"sqlite:///{tmp_path / 'missing' / 'intake.db'}")
    with pytest.raises(StoreUnavailable, match="unable to open"), store.reading():
        pass
    with pytest.raises(StoreUnavailable, match="unable to open"), store.writing():
        pass


def test_the_store_is_unavailable_when_the_file_is_no_database(tmp_path):
    (tmp_path / "intake.db").write_bytes(b"something else entirely" * 100)
    store = SqlStore(f"sqlite:///{tmp_path / 'intake.db'}")
    with pytest.raises(StoreUnavailable, match="not a database"), store.reading():
        pass


def test_the_store_is_unavailable_when_no_server_answers():
    store = SqlStore(f"postgresql://intake@127.0.0.1:{free_port()}/intake")
    with pytest.raises(StoreUnavailable), store.reading():
        pass


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_store_is_unavailable_while_the_disk_is_full_and_works_again_after(store):
    def limit(connection, record):
        connection.execute("PRAGMA max_page_count = 1")

    store.engine.dispose()
    event.listen(store.engine, "connect", limit)
    with pytest.raises(StoreUnavailable, match="full"):
        receive(store, new_inbound(raw=b"x" * 1_000_000))
    event.remove(store.engine, "connect", limit)
    store.engine.dispose()
    assert receive(store) == [True]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_store_is_unavailable_while_another_keeps_the_write_lock(store, migrated_database_url):
    other = sqlite3.connect(migrated_database_url.removeprefix("sqlite:///"))
    other.execute("BEGIN IMMEDIATE")

    def hurry(connection, record):
        connection.execute("PRAGMA busy_timeout = 1")

    store.engine.dispose()
    event.listen(store.engine, "connect", hurry)
    with pytest.raises(StoreUnavailable, match="locked"):
        receive(store)
    with store.reading() as work:
        assert work.inbound.oldest_waiting_at() is None
    other.close()
    assert receive(store) == [True]


@pytest.mark.postgres
@pytest.mark.parametrize("database_kind", ["postgres"])
def test_the_store_works_again_after_the_server_was_restarted(store, postgres_server):
    receive(store)
    with store.writing() as work:
        postgres_server.stop()
        with pytest.raises(StoreUnavailable):
            work.inbound.add_many([new_inbound()])
    with pytest.raises(StoreUnavailable):
        receive(store)
    postgres_server.start()
    assert claim(store)
    assert receive(store) == [True]


@pytest.mark.postgres
@pytest.mark.parametrize("database_kind", ["postgres"])
def test_what_a_reader_sees_stays_of_one_moment_while_others_write(store):
    with store.reading() as work:
        assert work.inbound.oldest_waiting_at() is None
        receive(store)
        assert work.inbound.oldest_waiting_at() is None


def test_what_the_database_refuses_is_not_taken_for_an_outage(store):
    """The worker waits an outage out with the message in hand: it would wait for ever."""
    for statement in ("SELECT * FROM nowhere", "SELEKT 1", "INSERT INTO lease (name) VALUES ('x')"):
        with store.engine.connect() as connection, pytest.raises(DBAPIError):
            connection.execute(text(statement))


def test_an_error_of_the_database_does_not_quote_what_was_to_be_stored(store):
    with store.engine.connect() as connection, pytest.raises(DBAPIError) as refused:
        connection.execute(text("INSERT INTO lease (name) VALUES (:name)"), {"name": "Zoe Example"})
    assert "Zoe Example" not in str(refused.value).split("DETAIL")[0]


def test_messages_submitted_together_are_stored_each_once(store):
    commits = GroupCommitInbound(store)
    message = new_inbound()
    futures = [commits.submit(each) for each in (message, message, new_inbound())]
    assert [future.result(timeout=30) for future in futures] == [True, False, True]
    commits.close()
    with pytest.raises(StoreUnavailable):
        commits.submit(new_inbound()).result(timeout=30)


def test_a_sender_that_hangs_up_keeps_no_other_from_being_stored(store):
    commits = GroupCommitInbound(store)
    gone, staying = commits.submit(new_inbound()), commits.submit(new_inbound())
    gone.cancel()
    assert staying.result(timeout=30)
    assert commits.submit(new_inbound()).result(timeout=30)
    commits.close()
