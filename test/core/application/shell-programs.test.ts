import { expect, test } from "vitest";
import { programsOfLine } from "../../../src/core/application/shell.ts";

test.each<[string, string[]]>([
	["redis-cli -p 6379 PING | grep -q PONG", ["redis-cli", "grep"]],
	[`test "$(redis-cli PING)" = PONG`, ["redis-cli"]],
	[`test "$(redis-cli SET a b)" = OK && test "$(redis-cli GET a)" = b`, ["redis-cli"]],
	["curl -fsS -o /dev/null 'http://127.0.0.1/?a=b&c=d'", ["curl"]],
	["/usr/bin/node -e 'fetch(\"x\").then(() => process.exit(0))'", ["/usr/bin/node"]],
	["LANG=C dig @127.0.0.1 | grep -Eq 'status: (NOERROR|NXDOMAIN)'", ["dig", "grep"]],
	["if nc -z localhost 80; then exit 0; else exit 1; fi", ["nc"]],
	["! false && true; [ -e /x ]", []],
	["$CLIENT PING", []],
	["(cd / && ls) >/dev/null 2>&1", ["ls"]],
	["2>/dev/null curl x", ["curl"]],
	["> /dev/null curl x", ["curl"]],
	["echo a # then rm -rf", []],
	['printf "a; rm b"', []],
	["", []],
	["'unfinished", []],
])("%s calls %j", (line, programs) => expect(programsOfLine(line)).toEqual(programs));
