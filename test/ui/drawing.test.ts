import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { drawApp } from "../../src/wizard/draw.tsx";
import { systemClock } from "../../src/wizard/host/clock.ts";
import { WizardStore } from "../../src/wizard/runner.ts";
import { eventually } from "../system/eventually.ts";
import { messagesIn } from "../texts.ts";
import { ScriptedSession } from "./scripted-session.ts";

const fail = (error: unknown) => {
	throw error;
};

class Output extends EventEmitter {
	readonly isTTY = true;
	readonly columns = 80;
	readonly rows = 24;
	text = "";
	write(text: string): boolean {
		this.text += text;
		return true;
	}
}

test("a held drawing writes no frame for the old size, and none when it ends", async () => {
	const output = new Output();
	const store = new WizardStore(new ScriptedSession({}), systemClock);
	const look = { messages: messagesIn("en"), color: false, ascii: false };
	const draw = () => drawApp(store, look, fail, { stdout: output as unknown as NodeJS.WriteStream, maxFps: 1000 });
	const pictures = () => new Promise((resolve) => setTimeout(resolve, 20));
	store.dispatch({ type: "resized", columns: 80, rows: 24 });
	const drawn = draw();
	store.press([{ id: "?" }]);
	await eventually(() => expect(output.text).toContain("1/7"));
	drawn.hold();
	output.text = "";
	store.press([{ id: "?" }]);
	await pictures();
	store.press([{ id: "?" }]);
	drawn.end();
	await pictures();
	expect(output.text).toBe("");
	store.dispatch({ type: "resized", columns: 60, rows: 15 });
	const next = draw();
	await eventually(() => expect(output.text).toContain("1/7"));
	output.text = "";
	next.hold();
	next.clear();
	// Moves up over each row of the frame.
	expect(output.text.split("\x1b[1A").length - 1).toBe(14);
	next.end();
	store.dispose();
});
