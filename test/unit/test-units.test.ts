import { expect, test } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { parseUnitText } from "../../src/service/unit-text.ts";
import { attemptsUnit, trialUnit } from "../../src/unit/test-units.ts";

const launcher = pathFromText("/state/scratch/launch");
const output = pathFromText("/state/scratch/output");
const host =
	"[Unit]\nConflicts=other.service\nOnFailure=mail.service\n[Service]\nExecStartPre=/bin/rm -r /x\nExecStart=/usr/sbin/d\nRestart=always\nSockets=d.socket\nTasksMax=9\n";
const dropin =
	'[Service]\nExecStart=\nExecStart=/.launch/perl "a\\nb"\nExecStop=/bin/kill 1\nPrivatePIDs=yes\nNoExecPaths=+/data\nRemoveIPC=yes\nFailureAction=reboot\n';

function settings(without: readonly string[] = []) {
	const text = attemptsUnit({ name: "d", service: "d.service", texts: [host, dropin], launcher, output, seconds: 60, without });
	const { assignments, skipped } = parseUnitText(text);
	expect(skipped).toBe(0);
	return assignments.map(({ name, section, value }) => `${section} ${name}=${value}`);
}

test("a test service keeps the confinement and drops everything that affects the machine", () => {
	expect(settings()).toEqual([
		"Unit Description=Escape attempts in the cage d",
		"Unit CollectMode=inactive-or-failed",
		"Service TasksMax=9",
		"Service ExecStart=",
		'Service ExecStart=/.launch/perl "a\\nb"',
		"Service PrivatePIDs=yes",
		"Service NoExecPaths=+/data",
		"Service BindReadOnlyPaths=/state/scratch/launch:/.launch:norbind",
		"Service Restart=no",
		"Service RuntimeMaxSec=60",
		"Service StandardOutput=append:/state/scratch/output",
		"Service StandardError=inherit",
	]);
});

test("a test service can omit a setting", () => expect(settings(["PrivatePIDs"])).not.toContain("Service PrivatePIDs=yes"));

test("a test service keeps what the specifiers mean in the name of its service", () => {
	const client = "client.service";
	const texts = ["[Service]\nUser=%i\nExecStart=/usr/sbin/d --name=%N --share=100%% --home=%h\n", "[Service]\n"];
	const lines = trialUnit({ client, name: "d", service: "d@x\\x25.service", texts, seconds: 60 }).split("\n");
	expect(lines).toContain("User=x\\x25");
	expect(lines).toContain("ExecStart=/usr/sbin/d --name=d@x\\x25 --share=100%% --home=%h");
	expect(
		trialUnit({ client, name: "d", service: "d@a.service", texts: ["[Service]\nEnvironment=N=%I\n"], seconds: 60 }),
	).toContain("N=a\n");
});
