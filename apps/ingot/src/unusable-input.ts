/** What a command was given cannot be worked with; the message is for the person who gave it. Exit code 2. */
export class UnusableInput extends Error {}
