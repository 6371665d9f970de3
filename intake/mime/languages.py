"""The words mail programs write above earlier messages, by language.

Data only: `quotation` decides what a line of these words means.
"""

# Labels of the header block that Outlook, Samsung, Notes and others put above an earlier message.
SENDER_LABELS = (
    "from|von|de|da|van|från|fra|lähettäjä|od|от|від|feladó|expeditor|de la|από|kimden|gönderen"
    "|mittente|remitente|expéditeur|absender|afzender|avsändare|afsender|avsender|saatja|nuo|no"
    "|odesílatel|odosielateľ|差出人|发件人|寄件者|보낸 사람|מאת|من|oddi wrth"
)
DATE_LABELS = (
    "sent|date|gesendet|datum|envoyé|envoyé le|date d'envoi|fecha|enviado|enviado el|enviada em"
    "|enviado em|data|inviato|inviato il|verzonden|verzonden op|verstuurd|skickat|sendt|dato"
    "|lähetetty|päivämäärä|päiväys|wysłano|wysłane|data wysłania|odesláno|odoslané|dátum|elküldve"
    "|отправлено|дата|надіслано|trimis|ημερομηνία|εστάλη|στάλθηκε|tarih|gönderildi|saadetud|kuupäev"
    "|išsiųsta|nosūtīts|poslano|送信日時|日時|发送时间|日期|寄件日期|보낸 날짜|날짜|נשלח"
    "|تاريخ الإرسال"
    "|date sent|anfonwyd|dyddiad|datum odeslání"
)
RECIPIENT_LABELS = (
    "to|cc|bcc|an|kopie|kopie an|à|pour|copie|copie à|para|a|cco|per|aan|till|kopia|til|kopi"
    "|vastaanottaja|kopio|do|dw|komu|kópia|címzett|másolatot kap|кому|копия|копія|către|προς|κοιν"
    "|kime|kimlere|bilgi|saaja|kam|kopija|za|宛先|收件人|抄送|收件者|副本|받는 사람|참조|אל|עותק"
    "|إلى"
    "|نسخة|at|copi|blindkopie|destinatario|destinataire|empfänger"
)
SUBJECT_LABELS = (
    "subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|aihe|temat|předmět|predmet"
    "|tárgy|тема|subiect|θέμα|konu|teema|tema|件名|主题|主旨|제목|נושא|الموضوع|pwnc|re"
)
OTHER_LABELS = (
    "reply-to|reply to|importance|attachments|priority|wichtigkeit|anlagen|importancia|importance"
    "|pièces jointes|allegati|bijlagen|antwort an|répondre à|responder a|organization|sensitivity"
)

# The verb of the line above a quotation: "On 3 March 2026, Jane Doe wrote:".
WROTE_VERBS = (
    r"wrote|writes|said|schrieb(?:\s+(?:am|um|an)\b[^:]{0,60})?|geschrieben|a écrit|écrit|escribió"
    r"|escreveu|ha scritto|scrisse|schreef|geschreven|het volgende geschreven|skrev|kirjoitti"
    r"|napisał(?:\(a\)|a)?|pisze|napsal(?:\(a\)|a|/a)?|napísal(?:\(a\)|a)?|írta|ezt írta"
    r"|написал(?:\(а\)|а)?|пишет|написав(?:\(ла\))?|пише|a scris|έγραψε|yazdı|şunu yazdı|napisao"
    r"|je napisal(?:\(a\)|a)?|kirjutas|rašė|rakstīja|ysgrifennodd|scríobh|va escriure|скандава"
    r"|schreven|va escriure el següent|skrifaði|idatzi zuen"
)
WROTE_BARE = r"写道|のメール|さんは書きました|님이 작성|작성|כתב(?:/ה)?|كتب"

# What a mail program writes above a forwarded or an earlier message, between dashes or alone.
ORIGINAL_MESSAGE = (
    r"original message|original appointment|forwarded message|forwarded by [^-]{1,80}"
    r"|original e-?mail|forwarded e-?mail|forward(?:ed)? header|reply message|previous message"
    r"|ursprüngliche nachricht|ursprungliche nachricht|original-nachricht|originalnachricht"
    r"|originalmail|weitergeleitete nachricht|ursprünglicher termin|message d'origine"
    r"|message original|message transféré|message transmis|courriel original|mensaje original"
    r"|mensaje reenviado|mensagem original|mensagem encaminhada|messaggio originale"
    r"|messaggio inoltrato|original-e-mail|oorspronkelijk bericht|origineel bericht"
    r"|doorgestuurd bericht|forwarded mail|ursprungligt meddelande|originalmeddelande"
    r"|vidarebefordrat meddelande|vidarebefordrat brev|oprindelig meddelelse|original meddelelse"
    r"|videresendt meddelelse|videresendt besked|opprinnelig melding|videresendt melding"
    r"|alkuperäinen viesti|välitetty viesti|wiadomość oryginalna|oryginalna wiadomość"
    r"|wiadomość przekazana dalej|treść przekazanej wiadomości|původní zpráva|přeposlaná zpráva"
    r"|původní e-mail|pôvodná správa|preposlaná správa|eredeti üzenet|továbbított üzenet"
    r"|továbbított levél|исходное сообщение|пересылаемое сообщение|пересланное сообщение"
    r"|переслане повідомлення|оригінальне повідомлення|mesaj original|mesaj redirecționat"
    r"|αρχικό μήνυμα|προωθημένο μήνυμα|orijinal mesaj|özgün ileti|yönlendirilen ileti"
    r"|iletilmiş mesaj|izvorna poruka|izvirno sporočilo|missatge original|neges wreiddiol"
    r"|元のメッセージ|转发邮件信息|原始邮件|转发的邮件|原始郵件|원본 메시지|הודעה מקורית"
    r"|הודעה שהועברה"
    r"|الرسالة الأصلية|رسالة معاد توجيهها"
)
BEGIN_FORWARDED = (
    r"begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-?mail)"
    r"|début du message (?:réexpédié|transféré)|inicio del mensaje reenviado"
    r"|início da mensagem (?:encaminhada|reencaminhada)|inizio messaggio inoltrato"
    r"|begin doorgestuurd bericht|vidarebefordrat brev|start på videresendt besked"
    r"|videresendt melding|välitetty viesti alkaa|początek przekazywanej wiadomości"
    r"|začátek přeposlané zprávy|начало переадресованного сообщения|továbbított levél kezdete"
    r"|αρχή προωθημένου μηνύματος|yönlendirilen ileti başlangıcı|pri posielaní ďalej"
)

# Prefixes of a subject that mark an answer or a forwarded message.
REPLY_PREFIX = (
    r"(?:re|aw|antw|antwort|sv|vs|odp|odpowiedź|ynt|rif|r|rép|ref|res|resp|回复|答复|回覆|atb|bls"
    r"|vá|απ|σχετ|ha|на|yn)"
)
FORWARD_PREFIX = r"(?:fw|fwd|wg|tr|rv|enc|i|doorst|vb|vl|pd|fs|ilt|továbbítás|转发|轉寄|переслать)"
