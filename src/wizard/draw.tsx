import { render } from "ink";
import { useCallback, useSyncExternalStore } from "react";
import { Frame } from "./frame.tsx";
import type { Look } from "./look.ts";
import type { WizardStore } from "./runner.ts";
import { usualSize } from "./terminal.ts";

/** With Ink's default of 30, a key that closely follows another is answered two frames later. */
const picturesPerSecond = 60;

/** Ink's mark for cut text, and its ASCII replacement of the same width. */
const cutMark = "…";
const plainCutMark = "~";

/**
 * Draws the store's state. Ink's incremental rendering is off: in 6.8 it starts one row too low if a frame does not fill the
 * terminal, which ours never does.
 */
export function drawApp(
	store: WizardStore,
	look: Look,
	onFailure: (error: unknown) => void,
	stdout: NodeJS.WriteStream = process.stdout,
	maxFps = picturesPerSecond,
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
	const rows = stdout.rows || usualSize.rows;
	const columns = stdout.columns || usualSize.columns;
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
