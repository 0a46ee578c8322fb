import { cleanup, render } from "ink-testing-library";
import { afterEach, describe, expect, test } from "vitest";
import { App } from "../../src/wizard/draw.tsx";
import { exitSummary } from "../../src/wizard/exit-summary.ts";
import { decodeKeys, nothingDecoded } from "../../src/wizard/keys.ts";
import { LookContext, ViewContext } from "../../src/wizard/look.ts";
import { Line } from "../../src/wizard/parts/line.tsx";
import { Rows } from "../../src/wizard/parts/rows.tsx";
import { WizardStore } from "../../src/wizard/runner.ts";
import { startState } from "../../src/wizard/state.ts";
import { messagesIn } from "../texts.ts";
import { ScreenDriver } from "./screen.ts";
import { type Script, ScriptedSession } from "./scripted-session.ts";

afterEach(cleanup);

const down = "\x1b[B";

function start(script: Script = {}) {
	const session = new ScriptedSession(script);
	const store = new WizardStore(session);
	store.dispatch({ type: "resized", columns: 100, rows: 30 });
	const { lastFrame } = render(<App store={store} look={{ messages: messagesIn("en"), color: false, ascii: false }} />);
	store.start();
	const wizard = {
		session,
		store,
		press(input: string) {
			store.press(decodeKeys(nothingDecoded, input).keys);
			return wizard;
		},
		async sees(text: string) {
			for (let tries = 0; tries < 200 && !lastFrame()?.includes(text); tries++)
				await new Promise((resolve) => setTimeout(resolve, 10));
			expect(lastFrame()).toContain(text);
			return wizard;
		},
	};
	return wizard;
}

async function atFiles(script: Script = {}) {
	const wizard = await start(script).sees("Which application");
	wizard.press(`${down}\r`);
	(await wizard.sees("Start tracing")).press("\r");
	(await wizard.sees("It answers.")).press("\r");
	return wizard.sees("Secrets and setuid files");
}

describe("the wizard", () => {
	test("follows the straight path and prints where everything is", async () => {
		const wizard = await atFiles();
		wizard.press("\r\r");
		(await wizard.sees("Nothing has been written yet")).press("\r");
		(await wizard.sees("Press Enter to add 2 items")).press("\r");
		await wizard.sees("It answers, and it does not need the 1 missing item");
		expect(wizard.session.accepted.map((one) => one.kind)).toEqual(["absent", "kernel-file"]);
		wizard.press("\r");
		(await wizard.sees("The cage redis is ready. Its application answers.")).press("\r");
		expect(wizard.store.state.exit).toBe(0);
		const lines = exitSummary(wizard.store.state, messagesIn("en"), undefined, true).join("\n");
		expect(lines).toContain("/var/lib/cagewright/cages/redis/generations/1");
		expect(lines).toContain("cagewright make redis");
	});

	test("explains why an entry is included", async () => {
		const wizard = await atFiles();
		wizard.press("jjjjjljjji");
		await wizard.sees("from the package redis-server 7.0.15");
		await wizard.sees("-> redis-check-rdb");
	});

	test("installs missing requirements and continues", async () => {
		const wizard = await start({ requirements: [{ what: "strace", package: "strace" }] }).sees("strace: traces the application");
		wizard.press("\r");
		await wizard.sees("Which application");
		expect(wizard.session.calls).toContain("install strace");
	});

	test("names the command for root if an ordinary user cannot install, and checks again on Enter", async () => {
		const asRoot = "apt-get install strace";
		const requirements = [{ what: "strace", package: "strace", asRoot }];
		const wizard = await start({ requirements }).sees(`Run \`${asRoot}\` as root`);
		wizard.press("\r");
		await wizard.sees("strace: traces the application");
		expect(wizard.session.calls).not.toContain("install strace");
	});

	test("accepts a typed command and asks for its probe", async () => {
		const wizard = await start().sees("Which application");
		wizard.press("t/usr/bin/thing; reboot\r");
		(await wizard.sees("but no shell runs it")).press("\x15/usr/bin/thing --serve\r");
		await wizard.sees("knows no probe");
		expect(wizard.session.calls).toContain("command /usr/bin/thing --serve");
		wizard.press("curl -f localhost\x1b[6~");
		await wizard.sees("It starts in a sandbox");
	});

	test("does not save a cage that does not answer", async () => {
		const declined = {
			kind: "absent",
			path: "/etc/redis/tls.key" as never,
			call: "openat",
			error: "ENOENT",
			declined: true,
		} as const;
		const wizard = await atFiles({ rounds: [{ answered: false, missing: [declined] }] });
		wizard.press("\r\r\r");
		(await wizard.sees("/etc/redis/tls.key. Press 3 to include")).press("s");
		(await wizard.sees("must answer before you can save")).press("3");
		await wizard.sees("[!] /etc/redis/tls.key");
	});

	test("a flood of output is drawn seldom and keeps its end", async () => {
		const wizard = await atFiles();
		wizard.press("\r\r\r");
		for (let line = 0; line < 20_000; line++) wizard.session.emit({ event: "output-received", text: `line ${line}\n` });
		await wizard.sees("line 19999");
	});
});

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
