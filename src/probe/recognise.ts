import { exchangeScript, scriptBeginning, stepsIn, type Target } from "./lines.ts";
import { serverName } from "./propose.ts";
import { deliversMail, type ProbeQuery, type Protocol, queriesAt, unproven } from "./protocol.ts";
import { probePrograms, protocols } from "./protocols.ts";

/** Patterns for the server's address in our own lines. */
const addresses: readonly RegExp[] = [
	/\bhttps?:\/\/(?<host>\[[\da-fA-F:.]+\]|[\w.-]+):(?<port>\d+)\//,
	/ -p (?<port>\d+) @(?<host>[\w.:]+) /,
	/ -h (?<host>[\w.:]+) -[pP] (?<port>\d+)/,
	/ -p (?<port>\d+) (?<host>[\w.:]+) /,
	/' (?<host>[\w.:]+) (?<port>\d+) ['\da-f]/,
	/'? (?<host>\[?[\w.:]+\]?):(?<port>\d+)$/,
	/' "\$CAGEWRIGHT_ROOT"(?<socket>\/\S+) 0 '/,
	/ --socket="\$CAGEWRIGHT_ROOT"(?<socket>\/\S+) /,
];

/** Recognises our own probes; undefined for others. `node` is the Node executable for their exercises. */
export function queryOf(line: string, node?: string): ProbeQuery | undefined {
	return known(line, node)?.query ?? guessed(line);
}

/** Returns whether the line is one of these exercises, with any Node executable. */
export function isAmong(exercises: readonly string[], line: string): boolean {
	const rest = (text: string) => text.replace(/^\S+ -e /, "");
	return exercises.some((one) => rest(one) === rest(line));
}

/** Removes mail deliveries and our own jobs, because they change state, and the host itself has no copy. */
export function withoutJobs(exercises: readonly string[], probes: readonly string[]): string[] {
	return exercises.filter((line) => {
		const node = /^(\S+) -e /.exec(line)?.[1];
		return !deliversMail(line) && !probes.some((probe) => isAmong(queryOf(probe, node)?.job ?? [], line));
	});
}

/**
 * Replaces the exercises and jobs of the proposed probes by those of the probes that answered. An application without them gets
 * none.
 */
export function exercisesOfAnswer(
	exercises: readonly string[],
	proposed: readonly string[],
	answered: readonly string[],
): string[] {
	const node = exercises.flatMap((line) => /^(\S+) -e /.exec(line)?.[1] ?? [])[0];
	const partsOf = (probes: readonly string[], part: "exercises" | "job") =>
		probes.flatMap((probe) => queryOf(probe, node)?.[part] ?? []);
	let lines = [...exercises];
	for (const part of ["exercises", "job"] as const) {
		const [before, after] = [partsOf(proposed, part), partsOf(answered, part)];
		if (!lines.some((line) => isAmong(before, line))) continue;
		const rest = lines.filter((line) => !isAmong(before, line) || isAmong(after, line));
		lines = [...rest, ...new Set(after.filter((line) => !isAmong(rest, line)))];
	}
	return lines;
}

/** Returns the protocol of the command or of one of the probes. */
export function protocolOf(command: readonly string[], probes: readonly string[]): Protocol | undefined {
	const server = serverName(command);
	return protocols.find(({ servers }) => servers.test(server)) ?? probes.flatMap((line) => known(line)?.protocol ?? [])[0];
}

/** Updates a line of an earlier release to the current script. */
function renewed(line: string): string {
	const begin = line.indexOf(scriptBeginning);
	const end = line.indexOf("'", begin);
	return begin < 0 || end < 0 ? line : line.slice(0, begin) + exchangeScript + line.slice(end);
}

/** Finds the line among those we propose for its address. */
function known(given: string, other = "node"): { protocol: Protocol; query: ProbeQuery } | undefined {
	const line = renewed(given);
	const node = /^(\S+) -e /.exec(line)?.[1] ?? other;
	const [, person] = /RCPT TO:<([^@>]+)@/.exec(line) ?? [];
	const people = person === undefined ? [] : [person];
	for (const address of addresses) {
		const target = targetIn(address.exec(line)?.groups);
		if (target === undefined) continue;
		for (const protocol of protocols) {
			for (const programs of [probePrograms, []]) {
				// Queried in another way than other servers of their protocols.
				for (const server of ["", "dnsmasq", "nginx", "uwsgi"]) {
					const queries = queriesAt(protocol, target, { node, people, programs: new Set<string>(programs) }, server);
					const query = queries.find(({ probes }) => probes.includes(line));
					if (query) return { protocol, query };
				}
			}
		}
	}
	return undefined;
}

function targetIn(groups: Readonly<Record<string, string>> | undefined): Target | undefined {
	if (groups === undefined) return undefined;
	const { host = "", port, socket } = groups;
	if (socket !== undefined) return { host: "127.0.0.1", port: 0, socket };
	return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}

/** Recognises a probe that was derived from an unknown server's greeting. */
function guessed(line: string): ProbeQuery | undefined {
	if (!line.includes(` -e '${scriptBeginning}`)) return undefined;
	const [, json = ""] = /'(\[\{.*\}\])'(?: tls)?$/.exec(line) ?? [];
	const steps = stepsIn(json);
	if (!steps?.length) return undefined;
	if (steps.every((step) => "expect" in step)) {
		return { depth: "greeting", probes: [line], unproven: unproven("unproven-greeting", "COMMAND") };
	}
	return steps.some((step) => "send" in step && step.send.startsWith("GET / "))
		? { depth: "request", probes: [line], unproven: unproven("unproven-page", "curl -fsS -o /dev/null URL") }
		: undefined;
}
