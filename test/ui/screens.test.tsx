import { render } from "ink-testing-library";
import { describe, expect, test } from "vitest";
import { exitSummary } from "../../src/wizard/exit-summary.ts";
import { Line } from "../../src/wizard/parts/line.tsx";
import { LookContext, ViewContext } from "../../src/wizard/parts/look.ts";
import { Rows } from "../../src/wizard/parts/rows.tsx";
import { startState } from "../../src/wizard/state/state.ts";
import { absent } from "../cage/plans.ts";
import { messagesIn } from "../texts.ts";
import { openScreen, type ScreenDriver } from "./screen.ts";
import type { Script } from "./scripted-session.ts";
import { toTrace } from "./walk.ts";

const start = (script: Script = {}): ScreenDriver => openScreen(script, 100, 30);

async function atFiles(script: Script = {}): Promise<ScreenDriver> {
	const screen = start(script);
	await toTrace(screen);
	await screen.typeUntil("\r", "Secrets and setuid files");
	return screen;
}

describe("the wizard", () => {
	test("follows the straight path and prints where everything is", async () => {
		const screen = await atFiles();
		await screen.typeUntil("\r\r", "Nothing has been written yet");
		await screen.typeUntil("\r", "Press Enter to add 2 items");
		await screen.typeUntil("\r", "/etc/redis/tls.key is a secret");
		await screen.typeUntil("y", "It answers, and it does not need the 1 missing item");
		expect(screen.session.accepted.map((one) => one.kind)).toEqual(["absent"]);
		expect(screen.store.state.answers?.rules.allowSecret).toEqual(["/etc/redis/tls.key"]);
		await screen.typeUntil("\r", "How should the cage redis be saved?");
		await screen.typeUntil("\r", "The cage redis is ready. Its application answers.");
		expect(screen.type("\r").store.state.exit).toBe(0);
		const lines = exitSummary(screen.store.state, messagesIn("en"), undefined, true).join("\n");
		expect(lines).toContain("/var/lib/cagewright/cages/redis/generations/1");
		expect(lines).toContain("cagewright make redis");
	});

	test("explains why an entry is included", async () => {
		const screen = await atFiles();
		await screen.typeUntil("jjjjjljjji", "from the package redis-server 7.0.15");
		await screen.sees("-> redis-check-rdb");
	});

	test("installs missing requirements and continues", async () => {
		const screen = start({ requirements: [{ what: "strace", package: "strace" }] });
		await screen.sees("strace: traces the application");
		await screen.typeUntil("\r", "Which application");
		expect(screen.session.calls).toContain("install strace");
	});

	test("names the command for root if an ordinary user cannot install, and checks again on Enter", async () => {
		const asRoot = "apt-get install strace";
		const screen = start({ requirements: [{ what: "strace", package: "strace", asRoot }] });
		await screen.sees(`Run \`${asRoot}\` as root`);
		await screen.typeUntil("\r", "strace: traces the application");
		expect(screen.session.calls).not.toContain("install strace");
	});

	test("accepts a typed command and asks for its probe", async () => {
		const screen = start();
		await screen.sees("Which application");
		await screen.typeUntil("t/usr/bin/thing; reboot\r", "but no shell runs it");
		await screen.typeUntil("\x15/usr/bin/thing --serve\r", "knows no probe");
		expect(screen.session.calls).toContain("command /usr/bin/thing --serve");
		await screen.typeUntil("curl -f localhost\x1b[6~", "It starts in a sandbox");
	});

	test("does not save a cage that does not answer", async () => {
		const missing = [absent("/usr/lib/dbus/helper", { declined: true })];
		const screen = await atFiles({ rounds: [{ answered: false, missing }] });
		await screen.typeUntil("\r\r\r", "/usr/lib/dbus/helper.");
		await screen.sees("if that is acceptable");
		await screen.typeUntil("s", "must answer before you can save");
		await screen.typeUntil("3", "[!] /etc/redis/tls.key");
	});

	test("marks the present step after going back from a saved cage", async () => {
		const screen = await atFiles();
		await screen.typeUntil("\r\r\r", "Press Enter to add 2 items");
		await screen.typeUntil("\ry", "It answers, and it does not need the 1 missing item");
		await screen.typeUntil("\r", "How should the cage redis be saved?");
		await screen.typeUntil("\r", "✓ Trial   ✓ Save");
		await screen.typeUntil("\x1b[D", "▸ Trial   ✓ Save");
	});

	test("names the key that includes what was left out, however much it is", async () => {
		const paths = ["ecdsa", "ed25519", "rsa"].map((kind) => `/etc/ssh/ssh_host_${kind}_key_of_this_service`);
		const missing = paths.map((path) => absent(path, { declined: true }));
		const screen = await atFiles({ rounds: [{ answered: false, missing }] });
		await screen.typeUntil("\r\r\r", "ssh_host_ecdsa_key_of_this_service and 2 more. Press 3");
	});

	test("a flood of output is drawn seldom and keeps its end", async () => {
		const screen = (await atFiles()).type("\r\r\r");
		for (let line = 0; line < 20_000; line++) screen.session.emit({ event: "output-received", text: `line ${line}\n` });
		await screen.sees("line 19999");
	});
});

test.each(["en", "de"] as const)("a terminal that is too small says which size is needed (%s)", async (language) => {
	const screen = openScreen({}, 20, 6, language);
	expect((await screen.settled()).join(" ").replace(/\s+/g, " ").trim()).toBe(screen.words.tooSmall);
});

test("a list without room draws nothing", () => {
	const look = { messages: messagesIn("en"), color: false, ascii: false };
	const { lastFrame, unmount } = render(
		<LookContext value={look}>
			<ViewContext value={{ ...look, state: startState, width: 40, height: 0 }}>
				<Rows items={["a", "b"]} cursor={0} height={0} row={(text) => <Line>{text}</Line>} />
			</ViewContext>
		</LookContext>,
	);
	expect(lastFrame()).toBe("");
	unmount();
});
