import { EventEmitter } from "node:events";
import { render } from "ink";
import { expect, test } from "vitest";
import { Line, SplitLine } from "../../src/wizard/parts/line.tsx";
import { LookContext } from "../../src/wizard/parts/look.ts";
import { usedMemory } from "../memory.ts";
import { messagesIn } from "../texts.ts";

/** Ink caches every text that it lays out. */
test("lines of a live log are freed after they leave the screen", () => {
	const look = { messages: messagesIn("en"), color: true, ascii: false };
	let written = "";
	const write = (text: string) => {
		written = text;
		return true;
	};
	const stdout = Object.assign(new EventEmitter(), { columns: 80, rows: 24, write });
	const picture = (number: number) => (
		<LookContext value={look}>
			<Line dimColor>{`${number} ${"x".repeat(400)}`}</Line>
			<Line cut="middle">{`${number} 漢 ${"x".repeat(400)}`}</Line>
			<SplitLine left={`${number} ${"y".repeat(400)}`} right={`of ${number}`} width={80} bold />
		</LookContext>
	);
	const options = { stdout: stdout as unknown as NodeJS.WriteStream, debug: true, patchConsole: false, exitOnCtrlC: false };
	const { rerender, unmount } = render(picture(0), options);
	let number = 0;
	const draw = (pictures: number) => {
		for (const end = number + pictures; number < end; number++) rerender(picture(number));
		// React's development build records every frame.
		performance.clearMeasures();
		return usedMemory();
	};
	const before = draw(100);
	expect(draw(500) - before).toBeLessThan(700_000);
	expect(written).toContain("599 xxx");
	unmount();
});
