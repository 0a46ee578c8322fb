import type { Choice } from "../../src/wizard/state/choice.ts";

/** The choices of a scripted machine. */

export const choices: readonly Choice[] = [
	{
		id: "demo",
		kind: "demo",
		name: "demo",
		description: "Demonstration",
		detail: "A small web service that comes with this program.",
	},
	{
		id: "t:redis",
		kind: "template",
		name: "redis",
		description: "Redis, as Debian installs it",
		command: ["/usr/bin/redis-server", "/etc/redis/redis.conf"],
		account: "redis",
		package: { name: "redis-server", version: "5:8.0.2-3" },
		unit: "redis-server.service",
		enabled: true,
		pid: 4242,
		ports: ["tcp 6379", "unix /run/redis/redis.sock"],
		probes: ["redis-cli -p 6379 PING | grep -q PONG"],
		advice: ["The probe needs a server without a password. If you set requirepass, give a probe that uses the password."],
	},
	{ id: "t:nginx", kind: "template", name: "nginx", description: "nginx, a web server" },
	{
		id: "u:ssh",
		kind: "unit",
		name: "ssh",
		description: "OpenBSD Secure Shell server",
		detail: "ssh.service, listens on 0.0.0.0:22",
	},
	{ id: "p:4711", kind: "process", name: "beam.smp", description: "\x1b[2J evil process", detail: "pid 4711" },
	{
		id: "t:postgresql",
		kind: "template",
		name: "postgresql",
		description: "PostgreSQL, as Debian installs it",
		command: ["/usr/lib/postgresql/17/bin/postgres"],
		missing: { programs: ["/usr/lib/postgresql/17/bin/postgres", "pg_isready"], packages: ["postgresql", "postgresql-client"] },
	},
];
