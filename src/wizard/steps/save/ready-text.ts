import type { Answers } from "../../../core/questions/answers.ts";
import type { Messages } from "../../../messages/messages.ts";

/** What will be done with the application once the form is left. */
export function readyText(answers: Answers | undefined, messages: Messages): string {
	const words = messages.wizard.form;
	if (answers?.attach) return messages.fill(words.readyRunning, { pid: answers.attach.pid });
	return answers?.onHost ? words.readyOnHost : words.ready;
}
