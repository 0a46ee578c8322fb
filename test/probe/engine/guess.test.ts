import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Context } from "../../../src/base/engine/context.ts";
import { pathFromText } from "../../../src/base/path/path.ts";
import { systemMachine } from "../../../src/cli/machine.ts";
import { guessFromGreetings } from "../../../src/probe/engine/guess.ts";
import type { ListeningAddress } from "../../../src/service/found.ts";
import { ProbeSearch } from "../../../src/trace/engine/probe-search.ts";
import type { LiveRun } from "../../../src/trace/engine/watched-run.ts";
import { plan } from "../../cage/plans.ts";

const state = mkdtempSync(join(tmpdir(), "cagewright-guess-"));
afterAll(() => rmSync(state, { recursive: true }));

const tcp = (port: number): ListeningAddress => ({ protocol: "tcp", address: "127.0.0.1", port });
const unix = (path: string): ListeningAddress => ({ protocol: "unix", path });

/** A machine where every server says this. */
function greetedBy(text: string): { readonly context: Context; readonly asked: string[] } {
	const machine = systemMachine(state);
	const asked: string[] = [];
	machine.launcher.shell = async (line) => {
		asked.push(/' (?:'?127\.0\.0\.1'? (\d+)|"\$CAGEWRIGHT_ROOT"(\S+) 0) /.exec(line)?.slice(1).join("") ?? line);
		return { ok: true, status: 0, output: JSON.stringify({ asked: false, text }), timedOut: false };
	};
	return { context: { machine, emit() {}, signal: new AbortController().signal }, asked };
}

test("a server's greeting leads to a probe for its beginning, at ports before unix sockets", async () => {
	const { asked, context } = greetedBy("RFB 003.008\n");
	const guesses = await guessFromGreetings(context, ["/opt/own"], [unix("/run/own.sock"), unix("@own"), tcp(5900)], {});
	expect(asked).toEqual(["5900", "/run/own.sock"]);
	expect(guesses.map(({ note }) => note.values)).toEqual([
		{ port: 5900, word: "RFB" },
		{ socket: "/run/own.sock", word: "RFB" },
	]);
});

test("a greeting is no probe for a known server", async () => {
	const { asked, context } = greetedBy("SSH-2.0-OpenSSH_10.0\r\n");
	expect(await guessFromGreetings(context, ["/usr/sbin/sshd", "-D"], [tcp(2022)], {})).toEqual([]);
	expect(asked).toEqual([]);
});

/** What the sandbox's probes ask of an application that listens at these addresses, besides the host's services. */
async function searched(addresses: readonly ListeningAddress[], peers: readonly number[], sockets: readonly string[]) {
	const { asked, context } = greetedBy("hello\n");
	const application = { ...plan([]).application, command: ["/opt/own"], env: {} };
	const live = { addresses: () => addresses, run: {} as LiveRun["run"] };
	const passed = { peers: peers.map((port) => ({ address: "127.0.0.1", port })), sockets: sockets.map(pathFromText) };
	const search = new ProbeSearch(context, application, live, passed);
	const ways = await search.ways();
	return { asked, ways, notes: ways.map((probes) => search.notesAbout(probes).map(({ code }) => code)) };
}

test("an application in its sandbox is asked where it listens, but not where a host service would answer", async () => {
	const addresses = [tcp(4200), tcp(5432), unix("/nowhere/own.sock"), unix("/nowhere/other.sock")];
	const { asked, notes, ways } = await searched(addresses, [5432], ["/nowhere/other.sock"]);
	expect(asked).toEqual(["4200", "/nowhere/own.sock"]);
	expect(ways).toHaveLength(2);
	expect(notes).toEqual([["probe-guessed-banner"], ["probe-guessed-banner"]]);
});

test("a port with a known protocol gets that protocol's probes instead of a guess from its greeting", async () => {
	const { asked, notes, ways } = await searched([tcp(1883)], [], []);
	expect(asked).toEqual([]);
	expect(ways.length).toBeGreaterThan(0);
	expect(new Set(notes.flat())).toEqual(new Set(["probe-guessed-port"]));
});
