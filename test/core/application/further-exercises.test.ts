import { expect, test } from "vitest";
import { furtherExercises, proposeProbe } from "../../../src/core/application/probe.ts";

const from = (probe: string) => furtherExercises({ probes: [probe], exercises: [] }).map(({ command }) => command);

test("an exercise keeps the client's address, and nothing of the surrounding shell", () => {
	expect(from(`curl -fsS -o /dev/null --noproxy '*' --max-time 10 http://127.0.0.1:80/`)[0]).toBe(
		"curl -sS -o /dev/null --noproxy '*' --max-time 10 http://127.0.0.1:80/no-such-page",
	);
	expect(from("curl -f 'https://localhost/a?b=1' | grep -q x")[0]).toBe(
		"curl -sSk -o /dev/null --noproxy '*' --max-time 10 https://localhost/a/no-such-page",
	);
	expect(from(`test "$(redis-cli -h 127.0.0.1 -p 6379 PING)" = PONG`)).toContain("redis-cli -h 127.0.0.1 -p 6379 INFO");
	expect(from(`curl --unix-socket "$CAGEWRIGHT_ROOT/run/x" http://localhost/`)).toEqual([]);
	expect(from("true")).toEqual([]);
});

test.each([
	["/usr/sbin/nginx", "curl"],
	["/usr/bin/redis-server", "redis-cli"],
	["/usr/sbin/named", "dig"],
	["/usr/sbin/mariadbd", "mariadb-admin"],
	["/usr/sbin/sshd", "ssh-keyscan"],
])("a proposed probe of %s leads to further exercises", (program, client) => {
	const [proposal] = proposeProbe({ command: [program], ports: [], programs: new Set([client]), node: "/usr/bin/node" });
	const further = furtherExercises({ probes: proposal?.probes ?? [], exercises: proposal?.exercises ?? [] });
	expect(further.length).toBeGreaterThan(0);
	for (const { command } of further) expect(command.startsWith(client)).toBe(true);
});

test("each exercise is proposed once", () => {
	const probe = "redis-cli -p 1 PING";
	const all = furtherExercises({ probes: [probe, probe], exercises: [probe] });
	expect(new Set(all.map(({ command }) => command)).size).toBe(all.length);
});
