import { loadMessages } from "../../src/messages/load.ts";
import { type Binding, bindingsOf, editing } from "../../src/wizard/bindings/bindings.ts";
import { keyName } from "../../src/wizard/bindings/footer.ts";
import { type Screen, startState, stepOf, steps, type WizardState } from "../../src/wizard/state/state.ts";
import { cell, generated, lines } from "./markdown.ts";

const messages = await loadMessages("en");

const titles: Readonly<Record<Screen, string>> = {
	...messages.wizard.steps,
	home: "Home",
	cage: "A cage",
	requirements: "Requirements",
	form: "Form",
};
const screens: readonly Screen[] = ["home", "cage", "requirements", "choose", "form", ...steps.slice(1)];

/** docs/reference/keys.md, from the bindings of the wizard. */
export function keysPage(): string {
	const listScreens = screens.filter((screen) => screen !== "form" && screen !== "requirements");
	const bindings = (screen: Screen) => bindingsOf({ ...startState, screen });
	const isShared = (binding: Binding) => listScreens.every((screen) => bindings(screen).some((other) => isSame(other, binding)));
	const shared = bindings("save").filter(isShared);
	const minimising = { ...startState, screen: "trial", jobs: { minimise: "1" } } as unknown as WizardState;
	const typing = { ...startState, prompt: { kind: "find" } } as unknown as WizardState;
	const page = { ...startState, overlay: "keys" } as unknown as WizardState;
	const question = { ...startState, question: { kind: "replace" } } as unknown as WizardState;
	return lines(
		"# Keys of the wizard",
		"",
		generated,
		"",
		"`?` lists the keys of the present screen. While you type, Ctrl-G does. The footer shows the most important ones.",
		"",
		"## On every screen",
		"",
		...table(shared),
		...screens.flatMap((screen) => [
			"",
			`## ${titleOf(screen)}`,
			"",
			...table(bindings(screen).filter((binding) => !isShared(binding))),
		]),
		"",
		"## Trial, while the search for unnecessary files runs",
		"",
		...table(bindingsOf(minimising).filter((binding) => !isShared(binding))),
		"",
		"## In a line of text",
		"",
		...table([...bindingsOf(typing), ...editing]),
		"",
		"## On a page of text",
		"",
		"The key that opened the page closes it too.",
		"",
		...table(bindingsOf(page).filter((binding) => !isShared(binding))),
		"",
		"## In a question",
		"",
		...table(bindingsOf(question)),
	);
}

function titleOf(screen: Screen): string {
	const hasNumber = screen !== "requirements" && screen !== "form";
	return hasNumber ? `${steps.indexOf(stepOf(screen)) + 1}. ${titles[screen]}` : titles[screen];
}

function isSame(one: Binding, other: Binding): boolean {
	return one.command === other.command && one.keys.join() === other.keys.join();
}

function table(bindings: readonly Binding[]): string[] {
	return [
		"| key | |",
		"|---|---|",
		...bindings.map(
			({ command, keys }) => `| ${keys.map((key) => nameOf(key)).join(" ")} | ${cell(messages.wizard.keys[command])} |`,
		),
	];
}

/** Letters and marks in code style, as in the other pages. */
function nameOf(key: string): string {
	const name = keyName(key, messages);
	return name.length === 1 && name.charCodeAt(0) < 128 ? `\`${name}\`` : name;
}
