import { cleanup, render } from "ink-testing-library";
import { afterEach, expect, test } from "vitest";
import { LookContext, ViewContext } from "../../src/wizard/look.ts";
import { Line } from "../../src/wizard/parts/line.tsx";
import { Rows } from "../../src/wizard/parts/rows.tsx";
import { startState } from "../../src/wizard/state.ts";
import { messagesIn } from "../texts.ts";
import { ScreenDriver } from "./screen.ts";
import { ScriptedSession } from "./scripted-session.ts";

afterEach(cleanup);

test.each(["en", "de"] as const)("a terminal that is too small says which size is needed (%s)", async (language) => {
	const screen = new ScreenDriver(new ScriptedSession({}), 20, 6, language);
	try {
		expect((await screen.settled()).join(" ").replace(/\s+/g, " ").trim()).toBe(screen.words.tooSmall);
	} finally {
		screen.close();
	}
});

test("a list without room draws nothing", () => {
	const look = { messages: messagesIn("en"), color: false, ascii: false };
	const { lastFrame } = render(
		<LookContext value={look}>
			<ViewContext value={{ ...look, state: startState, width: 40, height: 0 }}>
				<Rows items={["a", "b"]} cursor={0} height={0} row={(text) => <Line>{text}</Line>} />
			</ViewContext>
		</LookContext>,
	);
	expect(lastFrame()).toBe("");
});
