// Every word the widget says itself. What the council says comes from the gateway.
const WORDS = {
  launcher: "Chat to us",
  launcherNew: (count) => (count === 1 ? "1 new message" : `${count} new messages`),
  title: "Chat to us",
  close: "Close chat",
  options: "Options",
  log: "Conversation",
  field: "Your message",
  keys: "Press Enter to send, Shift and Enter for a new line.",
  send: "Send",
  choices: "Answers to choose from",
  you: "You said:",
  bot: "Assistant:",
  error: "Error:",
  newTab: "(opens in a new tab)",
  answering: "The assistant is answering.",
  sending: "Sending",
  notSent: "Not sent yet, trying again.",
  notSentMark: "Not sent yet",
  busy: (seconds) =>
    `You have sent a lot in a short time. Your message is kept and will be sent in ${duration(seconds)}.`,
  unreachable: "We cannot reach the chat at the moment. Trying again.",
  empty: "Write your message before you send it.",
  tooLong: (many, most) =>
    `Your message is ${many} characters too long. Make it ${most} characters or fewer, or send it in parts.`,
  charactersLeft: (left) =>
    left < 0 ? `You have ${-left} characters too many.` : `You have ${left} characters left.`,
  forbidden: "This chat cannot take messages from this page.",
  refused: "The chat could not take this message.",
  ended: "This chat has ended. What you sent before is not lost.",
  endedUnsent: "Your last message was not sent. It is in the box below: send it to start a new chat.",
  warning: (time) =>
    `This chat will end at ${time} because nothing has been written for a while. You will not lose what you sent.`,
  goOn: "Keep this chat open",
  reference: "Your reference:",
  welcome:
    "Tell us in your own words what happened. This is an automatic assistant; people at the council read what you send.",
  otherWay: (telephone) => `Your message is kept on this device. You can also call us on ${telephone}.`,
  readOn: "Read on",
  optionNew: "Start a new chat",
  optionForm: "Answer step by step, without the assistant",
  optionPerson: "Talk to a person",
  optionTranscript: "Email me a copy of this chat",
  optionStop: "Stop and delete this chat",
};

function duration(seconds) {
  if (seconds < 60) {
    return seconds === 1 ? "1 second" : `${seconds} seconds`;
  }
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? "1 minute" : `${minutes} minutes`;
}

function clockTime(moment) {
  return new Intl.DateTimeFormat("en-GB", { hour: "numeric", minute: "2-digit", hour12: true })
    .format(moment)
    .replace(/\s/g, "");
}
