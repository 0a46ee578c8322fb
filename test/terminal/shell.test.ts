import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { some } from "../long.ts";
import { cagewright, type Made, make, temporaryState } from "../system/cagewright.ts";
import { pythonPages, wordsOf } from "../system/daemons.ts";
import { eventually } from "../system/eventually.ts";
import { freePort } from "../system/network.ts";
import { commandOf, descendantsOf, nameOf, processesIn, statusField } from "../system/processes.ts";
import { keys, type PtyProgram } from "./terminal.ts";
import { openTerminal, openWizard, wizardProgram } from "./wizards.ts";

const state = temporaryState();
let made: Made;
let running: PtyProgram | undefined;

/** Python can make any system call. */
beforeAll(async () => {
	made = await make(["--name", "pages", "--user", "www-data", ...wordsOf(pythonPages(await freePort()))], { state });
});

afterEach(() => running?.kill("SIGKILL"));

/** A shell around the cage's, which shows the modes before and after. */
async function sitDown(size = { columns: 100, rows: 30 }): Promise<PtyProgram> {
	const line = `${process.execPath} ${wizardProgram} --state ${state} shell pages`;
	const looks = `until [ "$(stty -g)" = "$before" ]; do sleep 0.1; done; echo as it was; read wait`;
	running = openTerminal(["sh", "-c", `before=$(stty -g); ${line}; echo "over: $?"; ${looks}`], size);
	await running.sees("cage pages:/");
	return running;
}

it("announces no shell in a cage that does not exist", async () => {
	running = openWizard(state, ["shell", "nosuch"]);
	await running.sees("Unknown cage 'nosuch'");
	expect((await running.screen()).join("\n")).not.toContain("Type 'exit'");
});

describe("a shell in the cage on a terminal", () => {
	it("is confined like the application, has its own terminal, and restores ours", async () => {
		const terminal = await sitDown();
		const inside = processesIn(made.root).find((pid) => nameOf(pid) === "busybox") ?? 0;
		const fields = ["Seccomp", "NoNewPrivs", "CapBnd"].map((field) => statusField(inside, field));
		expect(fields).toEqual(["2", "1", "0000000000000000"]);
		terminal.press("whoami; exit 7", keys.enter);
		await terminal.sees("www-data");
		await terminal.sees("over: 7");
		await terminal.sees("as it was");
		expect(processesIn(made.root)).toEqual([]);
	});

	it("can be interrupted, has job control, and follows resizes", async () => {
		const terminal = await sitDown();
		terminal.press("sleep 1000; echo status $?", keys.enter);
		await eventually(() => expect(descendantsOf(terminal.pid).map(commandOf)).toContain("sleep 1000"));
		terminal.press(keys.ctrlC);
		await eventually(() => expect(descendantsOf(terminal.pid).map(commandOf)).not.toContain("sleep 1000"));
		terminal.press("sleep 2000", keys.enter);
		await eventually(() => expect(descendantsOf(terminal.pid).map(commandOf)).toContain("sleep 2000"));
		terminal.press("\x1a");
		await terminal.pressAt("Stopped", "fg", keys.enter);
		await eventually(() =>
			expect(descendantsOf(terminal.pid).filter((pid) => statusField(pid, "State").startsWith("T"))).toEqual([]),
		);
		terminal.press(keys.ctrlC);
		await eventually(() => expect(descendantsOf(terminal.pid).map(commandOf)).not.toContain("sleep 2000"));
		terminal.press("stty size", keys.enter);
		await terminal.sees("30 100");
		terminal.resize(90, 25);
		await eventually(async () => {
			terminal.press("stty size", keys.enter);
			await terminal.sees("25 90", 1);
		});
		terminal.press("exit 0", keys.enter);
		await terminal.sees("over: 0");
	});

	it("cannot type into it, and takes background processes along", async () => {
		const terminal = await sitDown();
		const injection = `import ctypes; libc = ctypes.CDLL(None, use_errno=True); print("answer", libc.ioctl(0, 0x5412, b"x"), ctypes.get_errno())`;
		terminal.press(`python3 -c '${injection}'`, keys.enter);
		await terminal.sees("answer -1 1");
		terminal.press("(trap '' HUP; exec sleep 3000) &", keys.enter);
		await eventually(() => expect(descendantsOf(terminal.pid).map(commandOf)).toContain("sleep 3000"));
		terminal.press("exit", keys.enter);
		await terminal.sees("over: 0");
		expect(processesIn(made.root)).toEqual([]);
	});

	it.each(
		some(1, [
			["the init", "cagewright-init"],
			["the shell", "busybox"],
			["what relays the terminal", "script"],
		]),
	)("leaves the terminal as it was when %s is killed", async (_, name) => {
		const terminal = await sitDown();
		process.kill(descendantsOf(terminal.pid).find((pid) => nameOf(pid) === name) ?? 0, "SIGKILL");
		await terminal.sees("over: 137");
		await eventually(() => expect(processesIn(made.root)).toEqual([]));
		await terminal.sees("as it was");
	});

	// script(1) usually restores the terminal then, but may end before on a busy machine (`stty sane` helps).
	it("leaves nothing running when cagewright is killed", async () => {
		const terminal = await sitDown();
		process.kill(descendantsOf(terminal.pid).find((pid) => commandOf(pid).includes("bin/cagewright.js")) ?? 0, "SIGKILL");
		await terminal.sees("over: 137");
		await eventually(() => expect(processesIn(made.root)).toEqual([]));
		// The next command removes the files of a killed one.
		await cagewright(["shell", "pages", "--", "true"], { state });
	});
});
