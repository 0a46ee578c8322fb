import { printable, showPath } from "../base/path/quote.ts";
import type { Messages } from "../messages/messages.ts";
import type { PromptKind, Question, WizardState } from "./state/state.ts";
import { lostWith } from "./steps/accounts/account-text.ts";
import { askedParameter } from "./steps/choose/reduce.ts";
import { isWorthSaving } from "./steps/form/fields.ts";

/** The message to show: a question first, then a notice, then a failure. */
export function messageText(state: WizardState, messages: Messages): string | undefined {
	const words = messages.wizard;
	if (state.question) return `? ${questionText(state.question, state, messages)}`;
	if (state.notice) {
		const { code, values } = state.notice;
		const sentence = (words.notices as Readonly<Record<string, string>>)[code];
		return sentence === undefined ? `! ${messages.failure(state.notice)}` : messages.fill(sentence, values);
	}
	return state.failure ? `! ${messages.failure(state.failure)}` : undefined;
}

function questionText(question: Question, state: WizardState, messages: Messages): string {
	const { questions } = messages.wizard;
	switch (question.kind) {
		case "quit":
			return state.finished ? questions.quitDone : isWorthSaving(state) ? questions.quitKept : questions.quit;
		case "discard":
		case "replace-template":
			return messages.fill(questions[question.kind], { name: question.name });
		case "install": {
			const { command, packages, programs } = question;
			const values = { programs: programs.join(", "), packages: packages.join(" "), count: programs.length, command };
			return messages.fill(questions.install, values);
		}
		case "escape":
			return messages.fill(questions.escape, { escaped: question.escaped, missing: question.missing });
		case "install-unit": {
			const { name, service } = question;
			if (service === undefined) return messages.fill(questions["install-unit"], { name });
			return messages.fill(questions["install-dropin"], { name, service });
		}
		case "account": {
			const lost = lostWith(question, messages, 2).join(" ");
			return messages.fill(messages.wizard.accounts.question, { name: question.account.name, lost });
		}
		default:
			return messages.fill(questions[question.kind], { path: showPath(question.path) });
	}
}

/** The label of the input line. */
export function promptLabel(state: WizardState, kind: PromptKind, messages: Messages): string {
	const parameter = kind === "parameter" ? askedParameter(state) : undefined;
	return parameter ? printable(parameter.title) : messages.wizard.prompts[kind];
}
