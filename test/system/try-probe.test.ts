import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { Context } from "../../src/base/engine/context.ts";
import type { Event } from "../../src/base/engine/events.ts";
import { systemMachine } from "../../src/cli/machine.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import { lineProblem } from "../../src/launch/host/shell.ts";
import { traceStep } from "../../src/make/engine/trace-step.ts";
import { resolveProbes, tryProbe } from "../../src/make/engine/try-probe.ts";
import { answersOf } from "../../src/make/verbs/make.ts";
import type { Answers } from "../../src/options/answers.ts";
import { showProbe } from "../../src/probe/lines.ts";
import { noRules } from "../../src/service/application.ts";
import type { FoundApplication, ListeningAddress } from "../../src/service/found.ts";
import { bareApplication } from "../cage/plans.ts";
import { isLong } from "../long.ts";
import { temporaryFolder, temporaryState } from "./cagewright.ts";
import { leftovers } from "./processes.ts";

const open: { close(): void }[] = [];
afterEach(() => {
	for (const one of open.splice(0)) one.close();
});

async function listening<T extends Server | ReturnType<typeof createTcpServer>>(server: T): Promise<number> {
	open.push(server);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return (server.address() as AddressInfo).port;
}

/** Only templates would need one. */
const noTerminal = {} as Terminal;

function answersFor(command: readonly string[]): Answers {
	return { name: "tried", application: { ...bareApplication, command }, rules: noRules, onHost: false, rounds: 5 };
}

function contextIn(state: string, signal = new AbortController().signal): Context {
	return { machine: systemMachine(state), emit() {}, signal };
}

const at = (port: number): ListeningAddress[] => [{ protocol: "tcp", address: "0.0.0.0", port }];

/** A machine whose only unit, thing.service, has this command and already listens there. */
function withUnit(command: readonly string[], ports: readonly ListeningAddress[]): Context {
	const { machine, ...rest } = contextIn(temporaryState());
	const found: FoundApplication = {
		name: "thing",
		reason: "unit",
		description: "",
		unit: "thing.service",
		ports,
		application: { command },
		startable: true,
		notes: [],
	};
	return { ...rest, machine: { ...machine, applications: { ...machine.applications, unit: async () => found } } };
}

describe("a probe before tracing", () => {
	// No other process of this machine may use this port.
	const server = `require("http").createServer((q, r) => r.end("here")).listen(47391, "127.0.0.1")`;
	const probe = `${process.execPath} -e 'fetch("http://127.0.0.1:47391/").then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))'`;

	test("is tried on the application in a sandbox if nothing on the host answers", async () => {
		const state = temporaryState();
		const attempts = await tryProbe(contextIn(state), answersFor([process.execPath, "-e", server]), probe);
		expect(attempts).toMatchObject([
			{ where: "host", ok: false, status: 1 },
			{ where: "rehearsal", ok: true, status: 0 },
		]);
		expect(leftovers(state)).toEqual([]);
	});

	test("reports an application that exits at once, with its output", async () => {
		const state = temporaryState();
		const attempts = await tryProbe(contextIn(state), answersFor(["/bin/sh", "-c", "echo no configuration >&2; exit 7"]), probe);
		expect(attempts[1]).toMatchObject({ where: "rehearsal", ok: false, ended: 7, printed: "no configuration" });
		expect(leftovers(state)).toEqual([]);
	});

	test("starts nothing if something on the host answers", async () => {
		const port = await listening(createServer((_, response) => response.end("yes")));
		const line = `${process.execPath} -e 'fetch("http://127.0.0.1:${port}/").then(async (r) => console.log(await r.text()))'`;
		const attempts = await tryProbe(contextIn(temporaryState()), answersFor(["/bin/false"]), line);
		expect(attempts).toEqual([{ where: "host", ok: true, status: 0, output: "yes", timedOut: false }]);
	});

	test("can be cancelled and leaves nothing", async () => {
		const state = temporaryState();
		const controller = new AbortController();
		const context = contextIn(state, controller.signal);
		context.machine.commands.listen(({ event }) => {
			if (event === "command-ended") controller.abort();
		});
		await expect(tryProbe(context, answersFor([process.execPath, "-e", server]), probe)).rejects.toThrow();
		expect(leftovers(state)).toEqual([]);
	});
});

test.each([
	["redis-cli PING | grep -q PONG", undefined],
	['test "$(echo a)" = a', undefined],
	["echo 'unfinished", "line-unreadable"],
	["if true; then", "line-unreadable"],
	["no-such-program-anywhere --ping", "line-program-missing"],
	["true && no-such-program-anywhere", "line-program-missing"],
])("%s is distinguished from a line that can run", async (line, code) => {
	expect((await lineProblem(line))?.code).toBe(code);
});

test("a shell's message about a line is shown without the shell's name", async () => {
	expect((await lineProblem("echo 'unfinished"))?.values).toEqual({ detail: expect.stringMatching(/^(?!.*sh:)\S/) });
});

describe("an unknown protocol", () => {
	const guessAt = (port: number) => resolveProbes(contextIn(temporaryState()), answersFor(["/opt/thing"]), at(port));
	const passes = async ({ probes: [probe = ""] }: Answers["application"]) =>
		(await systemMachine(temporaryState()).launcher.shell(probe, { onHost: true }, 10)).ok;

	test("that turns out to be HTTP gets a probe for a page, marked as a guess", async () => {
		const port = await listening(createServer((_, response) => response.end("yes")));
		const { application, notes } = await guessAt(port);
		expect(notes).toEqual([{ code: "probe-guessed-http", values: { port } }]);
		expect(await passes(application)).toBe(true);
	});

	test.each([
		[200, "<html><title>Proxy - Access denied</title>"],
		[503, "busy"],
	])("that answers a request with an error (%i %s) gets no probe", async (status, page) => {
		const port = await listening(createServer((_, response) => response.writeHead(status).end(page)));
		expect((await guessAt(port)).application.probes).toEqual([]);
	});

	test("that answers the look for a page and no browser gets no probe", async () => {
		const port = await listening(
			createServer((request, response) => {
				if (request.httpVersion === "1.0") response.end("<title>Start</title>");
				else request.socket.destroy();
			}),
		);
		expect((await guessAt(port)).application.probes).toEqual([]);
	});
	test("that requires a password counts as an answer", async () => {
		const port = await listening(createServer((_, response) => response.writeHead(401).end()));
		const { application } = await guessAt(port);
		expect(await passes(application)).toBe(true);
	});

	test("that sends a greeting gets a probe for the greeting", async () => {
		const port = await listening(createTcpServer((socket) => socket.end("220 here is thing 1.2.3\r\n")));
		const { application, notes } = await guessAt(port);
		expect(notes).toEqual([{ code: "probe-guessed-banner", values: { port, word: "220" } }]);
		expect(await passes(application)).toBe(true);
	});

	test("that sends nothing gets no probe, because an open port is no answer", async () => {
		const port = await listening(createTcpServer(() => {}));
		expect(await guessAt(port)).toEqual(answersFor(["/opt/thing"]));
	});

	test("gets no probe if the service has ended", async () => {
		expect((await guessAt(1)).application.probes).toEqual([]);
	});

	test("gets the same guess on the command line", async () => {
		const port = await listening(createTcpServer((socket) => socket.end("RFB 003.008\n")));
		const context = withUnit(["/bin/true"], at(port));
		const { application, notes } = await answersOf(context, { target: "thing.service", command: [], options: {} }, noTerminal);
		expect(notes).toEqual([{ code: "probe-guessed-banner", values: { port, word: "RFB" } }]);
		expect(await passes(application)).toBe(true);
	});
});

test.runIf(isLong)("an application that answers less in its sandbox than the running service gets a note", async () => {
	const port = await listening(createServer((_, response) => response.end("page")));
	const script = `${temporaryFolder("behind")}/http-server.js`;
	writeFileSync(script, `require("http").createServer((_, r) => r.writeHead(404).end()).listen(${port}, "127.0.0.1");\n`);
	const warned: string[] = [];
	const emit = (event: Event) => void (event.event === "warned" && warned.push(event.code));
	const context = { ...withUnit([process.execPath, script], at(port)), emit };
	const answers = await answersOf(context, { target: "thing.service", command: [], options: {} }, noTerminal);
	const asked = answers.application.probes.map(showProbe);
	const { cage } = await traceStep(context, answers, {});
	expect(cage.application.probes.join()).toContain("404");
	const note = { code: "probe-behind-host", values: expect.objectContaining({ probe: asked[0] }) };
	expect(cage.notes).toContainEqual(note);
	expect(warned.filter((code) => code === note.code)).toHaveLength(1);
});

test.runIf(isLong)("a host service that the application uses does not answer alternative probes for it", async () => {
	const port = await listening(createServer((_, response) => response.end("page")));
	const script = `require("net").createServer().listen(47392, "127.0.0.1");
	setInterval(() => require("net").connect(${port}, "127.0.0.1").on("error", () => {}), 300);`;
	const { application, ...rest } = answersFor([process.execPath, "-e", script]);
	const page = (at: number) => `curl -fsS --noproxy '*' --max-time 2 http://127.0.0.1:${at}/`;
	const answers = { ...rest, application: { ...application, probes: [page(47392)], timeout: 8 }, otherProbes: [[page(port)]] };
	await expect(traceStep(contextIn(temporaryState()), answers, {})).rejects.toMatchObject({ code: "not-answered-in-sandbox" });
});
