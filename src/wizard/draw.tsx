import { Box, render } from "ink";
import { useCallback, useSyncExternalStore } from "react";
import { omitUndefined } from "../base/collections.ts";
import { answersTo } from "./bindings/bindings.ts";
import { fitting, keyName, offered } from "./bindings/footer.ts";
import { Body } from "./body.tsx";
import { fixLabel } from "./fixes/open-fix.ts";
import { Header, headerRows } from "./header.tsx";
import { messageText, promptLabel } from "./message-text.ts";
import { Line, Paragraph, paragraph, Segments, TextInput } from "./parts/line.tsx";
import { type Look, LookContext, useView, type View, ViewContext, WidthContext } from "./parts/look.ts";
import { Menu } from "./parts/menu.tsx";
import { waitText } from "./reduce/waits.ts";
import type { WizardStore } from "./runner.ts";
import { startState, type WizardState } from "./state/state.ts";

/** With Ink's default of 30, a key that closely follows another is answered two frames later. */
const picturesPerSecond = 60;

/** Ink's mark for cut text, and its ASCII replacement of the same width. */
const cutMark = "…";
const plainCutMark = "~";

interface DrawingOutput {
	readonly stdout: NodeJS.WriteStream;
	readonly maxFps?: number;
}

/**
 * Draws the store's state. Ink's incremental rendering is off: in 6.8 it starts one row too low if a frame does not fill the
 * terminal, which ours never does.
 */
export function drawApp(
	store: WizardStore,
	look: Look,
	onFailure: (error: unknown) => void,
	{ maxFps = picturesPerSecond, stdout }: DrawingOutput,
): Drawn {
	let held = false;
	const instance = render(<App store={store} look={look} />, {
		stdout: sized(stdout, (text) => (held ? "" : look.ascii ? text.replaceAll(cutMark, plainCutMark) : text)),
		exitOnCtrlC: false,
		patchConsole: false,
		maxFps,
	});
	instance.waitUntilExit().catch(onFailure);
	return {
		hold() {
			held = true;
		},
		clear() {
			const before = held;
			held = false;
			instance.clear();
			held = before;
		},
		end: () => instance.unmount(),
	};
}

export interface Drawn {
	/** Stops output, including the last frame: the terminal has a new size, which frames do not fit yet. */
	hold(): void;
	/** Erases the frame, even while output is held. */
	clear(): void;
	/** Stops drawing and leaves the frame. */
	end(): void;
}

/**
 * The terminal with the size that it had at the start. If Ink knew a new size before the frames fit it, it would take a frame
 * for a full screen and clear the scrollback. Terminals that report 0 by 0 (serial lines, some ptys) get the usual size.
 */
function sized(stdout: NodeJS.WriteStream, written: (text: string) => string): NodeJS.WriteStream {
	const rows = stdout.rows || startState.size.rows;
	const columns = stdout.columns || startState.size.columns;
	return new Proxy(stdout, {
		get(target, name) {
			if (name === "rows") return rows;
			if (name === "columns") return columns;
			if (name === "on" || name === "off") {
				return (event: string, listener: () => void) => (event === "resize" ? target : target[name](event, listener));
			}
			if (name === "write") {
				return (text: string, ...rest: []) => target.write(written(text), ...rest);
			}
			const value: unknown = Reflect.get(target, name);
			return typeof value === "function" ? value.bind(target) : value;
		},
	});
}

export function App({ look, store }: { store: WizardStore; look: Look }) {
	const state = useSyncExternalStore(
		(listener) => store.subscribe(listener),
		() => store.state,
	);
	const onMeasured = useCallback(
		(scrollEnd: number, found: readonly number[]) => store.dispatch({ type: "measured", scrollEnd, found }),
		[store],
	);
	return <Frame state={state} look={look} onMeasured={onMeasured} />;
}

/** Rows from which there is room for a blank row below the header. The form has many fields and needs more. */
const roomyRows = { usual: 24, form: 30 };

/**
 * Header, message and footer take the rows that they need; the body gets the rest. One row of the terminal stays free, because Ink
 * clears the scrollback on every frame that is as high as the terminal.
 */
export function Frame({ look, onMeasured, state }: { state: WizardState; look: Look; onMeasured?: View["onMeasured"] }) {
	const { columns, rows } = state.size;
	const height = rows - 1;
	const outer: View = { ...look, state, width: columns, height, ...omitUndefined({ onMeasured }) };
	if (columns < 40 || rows < 12) {
		return (
			<LookContext value={look}>
				<Box flexDirection="column" height={Math.max(1, height)} width={columns} overflowY="hidden">
					<Paragraph lines={paragraph(look.messages.wizard.tooSmall, columns, Math.max(1, height))} />
				</Box>
			</LookContext>
		);
	}
	const text = messageText(state, look.messages);
	const lines = text === undefined ? [] : paragraph(text, columns, Math.max(3, Math.min(4, height - 10)));
	const below = state.question ? answersTo(state).length : state.prompt ? 1 : 0;
	const bottom = Math.max(1, lines.length + below);
	const top = rows >= (state.screen === "form" && !state.overlay ? roomyRows.form : roomyRows.usual) ? 1 : 0;
	const body = height - headerRows - top - bottom - 1;
	return (
		<LookContext value={look}>
			<WidthContext value={columns}>
				<ViewContext value={outer}>
					<Box flexDirection="column" height={height} width={columns} overflowY="hidden">
						<Header />
						{top ? <Line /> : null}
						<Box flexDirection="column" height={body} flexShrink={0} overflowY="hidden">
							<ViewContext value={{ ...outer, height: body }}>
								<Body />
							</ViewContext>
						</Box>
						<MessageArea lines={lines} />
						<Footer />
					</Box>
				</ViewContext>
			</WidthContext>
		</LookContext>
	);
}

/** The keys that work now. Those without room are on the page of keys. */
function Footer() {
	const { messages, state, width } = useView();
	const items = offered(state).map((binding) => {
		const word = messages.wizard.keys[binding.command];
		const key = keyName(keyFor(binding.keys, word), messages);
		return { command: binding.command, rank: binding.footer ?? 9, key, word, text: `${key} ${word}` };
	});
	const fix = items.find(({ command }) => command === "fix");
	if (fix) {
		// Its label may name a path, but it leaves room for the keys that matter as much.
		const others = items.filter(({ command, rank }) => command !== "fix" && rank <= fix.rank);
		const room = width - others.reduce((sum, { text }) => sum + text.length + 2, fix.key.length + 1);
		fix.word = fixLabel(state, messages, room) ?? fix.word;
		fix.text = `${fix.key} ${fix.word}`;
	}
	const segments = fitting(items, width, 2).flatMap(({ key, word }, index) => [
		{ text: `${index ? "  " : ""}${key}`, bold: true, tone: "accent" as const },
		{ text: ` ${word}`, dimColor: true },
	]);
	return <Segments segments={segments} />;
}

/** The first key, or the letter that the word begins with: `y` for yes, `j` for ja. */
function keyFor([first = "", ...others]: readonly string[], word: string): string {
	return first.length === 1 ? (others.find((key) => key === word[0]) ?? first) : first;
}

function Answers() {
	const { messages, state } = useView();
	const answers = answersTo(state);
	const items = answers.map((value) => ({ value, label: messages.wizard.keys[value] }));
	return <Menu items={items} cursor={answers.indexOf(state.answer ?? "no")} limit={answers.length} />;
}

function MessageArea({ lines }: { lines: readonly string[] }) {
	const { messages, state } = useView();
	const { notice, prompt, question } = state;
	const typing = prompt && !question;
	if (!lines.length && !typing) return <Line dimColor>{waitText(state, messages) ?? ""}</Line>;
	const isWarning = lines[0]?.startsWith("! ") ?? false;
	const tone = question ? "warning" : notice ? (isWarning ? "warning" : "accent") : "bad";
	return (
		<>
			<Paragraph lines={lines} tone={tone} bold={question !== undefined} />
			{question ? <Answers /> : null}
			{typing ? <TextInput label={`${promptLabel(state, prompt.kind, messages)}: `} line={prompt.line} /> : null}
		</>
	);
}
