import { expect, test } from "vitest";
import { pathFromText } from "../../../src/core/path/path.ts";
import { permissionNames, permissionWords } from "../../../src/core/plan/permissions.ts";
import { residualRisks } from "../../../src/core/record/risks.ts";
import { recordFor } from "../../report/records.ts";
import { messagesIn } from "../../texts.ts";

const codes = (...parts: Parameters<typeof recordFor>) => residualRisks(recordFor(...parts)).map(({ code }) => code as string);

test.each(permissionNames)("the permission %s is a risk, with a remedy in both languages", (name) => {
	const code = permissionWords[name];
	const permissions = { capabilities: [], [name]: name === "syslog" ? pathFromText("/dev/log") : "seen" };
	expect(codes({ manifest: { permissions } })).toContain(code);
	expect(codes()).not.toContain(code);
	for (const language of ["en", "de"] as const)
		expect(messagesIn(language).record.risks.remedy[code]).toContain(`--refuse ${code}`);
});

test("the most severe risk is first, and a shared account is named correctly", () => {
	const notes = [{ code: "shares-account-process" as const, values: { account: "www-data", pid: 1, program: "/x", count: 1 } }];
	const identity = { name: "root", uid: 0, gid: 0, groups: [], home: "/root" };
	const risks = residualRisks(recordFor({ plan: { notes }, manifest: { identity } }));
	const weights = risks.map(({ severity }) => ["high", "medium", "low"].indexOf(severity));
	expect(weights).toEqual([...weights].sort());
	expect(risks.find(({ code }) => code === "shared-account")?.values).toEqual({ account: "www-data" });
	expect(risks.slice(-2).map(({ code }) => code)).toEqual(["kernel", "chroot"]);
});
