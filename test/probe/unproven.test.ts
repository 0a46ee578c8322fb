import { describe, expect, it } from "vitest";
import { unprovenNotes } from "../../src/make/engine/unproven-notes.ts";
import { guessProbe } from "../../src/probe/greeting.ts";
import { exchange, fetchPage } from "../../src/probe/lines.ts";
import { proposeProbe } from "../../src/probe/propose.ts";
import { isUnproven, queriesAt } from "../../src/probe/protocol.ts";
import { probePrograms, protocols } from "../../src/probe/protocols.ts";
import { exercisesOfAnswer, protocolOf, queryOf, withoutJobs } from "../../src/probe/recognise.ts";
import { messagesIn } from "../texts.ts";

const node = "/usr/bin/node";
const target = { host: "127.0.0.1", port: 4242 };
const toolboxes = [new Set<string>(), new Set<string>(probePrograms)];
const served = new Map([["/srv/tftp", ["hello"]]]);
const queries = protocols.flatMap((protocol) =>
	toolboxes.flatMap((programs) =>
		[target, { ...target, socket: "/run/own.sock" }].flatMap((place) => {
			if (place !== target && !protocol.overSocket) return [];
			const server = protocol.name === "http" ? "uwsgi" : "";
			const found = queriesAt(protocol, place, { node, programs, people: ["someone"], served }, server);
			return found.map((query) => ({ name: protocol.name, query }));
		}),
	),
);

describe("the unproven part of a probe", () => {
	it.each(queries)("$name: a probe below the job names an exercise that would prove the job", ({ query }) => {
		expect(query.depth === "job").toBe(query.unproven === undefined);
		if (!query.unproven) return;
		expect(isUnproven(query.unproven)).toBe(true);
		for (const language of ["en", "de"] as const) {
			expect(messagesIn(language).note(query.unproven.code, query.unproven.values)).toContain("--exercise ");
		}
	});

	it.each(queries.filter(({ query }) => query.unproven))("$name: the probe is recognised, whoever entered it", ({ query }) => {
		for (const line of query.probes) expect(queryOf(line)?.unproven).toEqual(query.unproven);
	});

	const withJobs = queries.filter(({ query }) => query.job?.length);
	it.each(withJobs)("$name: a proposed job is removed if the application has no copy of its data", ({ query }) => {
		const own = "redis-cli set a b";
		expect(withoutJobs([...(query.job ?? []), own], query.probes)).toEqual([own]);
	});

	it("belongs to the probe that answered, as do its jobs", () => {
		const tools = { node, programs: new Set(["curl"]) };
		const [secure, plain] = proposeProbe({ command: ["/opt/own", "--port", "8443"], ports: [], ...tools });
		const [one, other] = [secure?.job ?? [], plain?.job ?? []];
		const own = "redis-cli set a b";
		expect(one.length && other.length).toBeTruthy();
		expect(exercisesOfAnswer([own, ...one], secure?.probes ?? [], plain?.probes ?? [])).toEqual([own, ...other]);
		// An application on the host itself does no jobs.
		expect(exercisesOfAnswer([own], secure?.probes ?? [], plain?.probes ?? [])).toEqual([own]);
		const [deep, shallow] = proposeProbe({ command: ["/usr/sbin/exim4"], ports: [], node, programs: new Set() });
		expect(exercisesOfAnswer(deep?.job ?? [], deep?.probes ?? [], shallow?.probes ?? [])).toEqual(deep?.job);
	});

	it("is not reported for the administrator's own probe", () => {
		for (const line of ["true", "curl -fsS http://127.0.0.1/health | grep ok", "dig @127.0.0.1 shop.example A | grep -q 192"]) {
			expect(queryOf(line)).toBeUndefined();
		}
	});

	it("remains after a guess from a server's greeting", () => {
		const tools = { node, programs: new Set<string>() };
		const line = guessProbe(target, { kind: "banner", text: "220 hello" }, tools) ?? "";
		expect(queryOf(line)).toMatchObject({ depth: "greeting", unproven: { code: "unproven-greeting" } });
		const refused = guessProbe(target, { kind: "http", status: 401 }, tools) ?? "";
		expect(queryOf(refused)).toMatchObject({ unproven: { code: "unproven-page" } });
		expect(queryOf(exchange(target, tools, [{ send: "hello\n" }, { expect: "world" }]))).toBeUndefined();
	});

	it("is proven by its exercise, but not by the protocol's other exercises", () => {
		const [page] = [fetchPage("http://127.0.0.1:80/", { node, programs: new Set(["curl"]) })];
		expect(unprovenNotes([page], []).map(({ code }) => code)).toEqual(["unproven-page"]);
		const outcome = (command: string, ok: boolean) => ({ command, ok, output: "curl: (22) 404" });
		expect(unprovenNotes([page], [outcome("curl -fsS http://127.0.0.1/shop", true)])).toEqual([]);
		expect(unprovenNotes([page], [outcome("curl -u a:secret ftp://x", false)]).map(({ code }) => code)).toEqual([
			"unproven-page",
			"unproven-exercise",
		]);
		const [job = ""] = queryOf(page, node)?.job ?? [];
		expect(job).toMatch(/^\/usr\/bin\/node -e /);
		expect(unprovenNotes([page], [outcome(job, true)])).toEqual([]);
		expect(unprovenNotes([page], [outcome(job, false)]).map(({ code }) => code)).toEqual(["unproven-page"]);
	});
});

describe("ways to query a server, deepest first,", () => {
	const tools = { node, programs: new Set<string>() };
	const ways = (command: string, more = {}) => proposeProbe({ command: command.split(" "), ports: [], ...tools, ...more });

	it("begin with a recipient of this machine for a mail server, then the greeting alone", () => {
		const [first, second, ...rest] = ways("/usr/sbin/exim4 -bd", { people: ["ann"] });
		expect(first?.probes[0]).toContain("RCPT TO:<ann@localhost>");
		expect(first?.job[0]).toContain("ann@localhost");
		expect(second?.probes[0]).not.toContain("RCPT");
		expect(rest).toEqual([]);
		expect(protocolOf(["/usr/sbin/exim4"], [])?.people).toBe("recipients");
	});

	it("begin with a file of the command's directory for a file server", () => {
		const [first, second] = ways("/usr/sbin/in.tftpd --listen --secure /srv/tftp", { served });
		expect(first?.probes[0]).toContain(Buffer.from("hello").toString("hex"));
		expect(second?.probes[0]).toContain(Buffer.from("/srv/tftp/hello").toString("hex"));
	});

	it("need no client for PostgreSQL, whose wrapper may have none", () => {
		for (const { probes } of ways("/usr/sbin/pgbouncer /etc/pgbouncer.ini", { programs: new Set(["pg_isready"]) })) {
			expect(probes[0]).toMatch(/^\/usr\/bin\/node -e /);
		}
	});
});
