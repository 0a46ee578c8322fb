import { readFileSync } from "node:fs";
import { render } from "ink-testing-library";
import { afterEach, expect, test } from "vitest";
import { Frame } from "../../src/wizard/frame.tsx";
import { withoutJobs } from "../../src/wizard/session/session-keeper.ts";
import { isWorthSaving, restored, storedOf } from "../../src/wizard/session/stored-state.ts";
import { startState, type WizardState } from "../../src/wizard/state.ts";
import { messagesIn } from "../texts.ts";
import { ScreenDriver } from "./screen.ts";
import { ScriptedSession } from "./scripted-session.ts";
import { take } from "./walk.ts";
import { walks } from "./walks.ts";

let open: ScreenDriver | undefined;
afterEach(() => open?.close());

const size = { columns: 80, rows: 24 };

function drawn(state: WizardState): string {
	const { lastFrame, unmount } = render(
		<Frame state={state} look={{ messages: messagesIn("en"), color: false, ascii: false }} />,
	);
	const frame = lastFrame() ?? "";
	unmount();
	return frame;
}

/** Without transient state: notice, question, pending decisions, the last trial's plan, undo. */
function still(state: WizardState): WizardState {
	const { notice: _, question: __, ...rest } = withoutJobs(state);
	const { tried: ___, ...files } = rest.files;
	return { ...rest, files: { ...files, pending: startState.files.pending, past: [], future: [] } };
}

test("a session of version 1 is displayed", () => {
	const { fields } = JSON.parse(readFileSync(new URL("../wizard/session-1.json", import.meta.url), "utf8"));
	const back = restored(fields, true);
	expect(drawn({ ...startState, ...back?.state, size })).toContain("/usr/share/zoneinfo/Europe/Berlin");
});

test.each(walks.map((walk) => [walk.name, walk] as const))("a resumed session looks as before: %s", async (_name, walk) => {
	const screen = new ScreenDriver(new ScriptedSession({ pace: 1, ...walk.script }), size.columns, size.rows);
	open = screen;
	screen.store.start();
	let compared = 0;
	await take(walk, screen, async (name) => {
		const { state } = screen.store;
		if (!isWorthSaving(state) || ["requirements", "choose"].includes(state.screen)) return;
		const fields = JSON.parse(JSON.stringify(storedOf(withoutJobs(state)))) as Record<string, unknown>;
		const back = restored(fields, true);
		expect(back?.whole, name).toBe(true);
		// The host is read and the plan is made again.
		const { plan, hostView } = state;
		const here = { size, ...(plan ? { plan } : {}), ...(hostView ? { hostView } : {}) };
		expect(drawn({ ...startState, ...back?.state, ...here }), name).toBe(drawn({ ...still(state), size }));
		compared++;
	});
	// Walks that stay on the first screens have nothing to resume.
	expect(compared).toBeGreaterThanOrEqual(walk.name === "the straight path" ? 25 : 0);
});
