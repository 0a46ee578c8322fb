import { describe, expect, test } from "vitest";
import { saveItems } from "../../src/wizard/steps/save/reduce.ts";
import { selftestOf } from "../ui/scripted-session.ts";
import { atTrial, enter, finished, tried } from "./drive.ts";

/** Saved for the first time on this machine. */
function saved(names: Partial<typeof finished.names> = {}) {
	const wizard = atTrial(tried(true))
		.answer({ job: "selftest", value: { test: selftestOf() } })
		.type(enter);
	wizard.answer({ job: "finish", value: { ...finished, names: { ...finished.names, ...names } } });
	wizard.wanted();
	return wizard;
}

const asked = { job: "names" } as const;

describe("the names for the record", () => {
	test("are asked for once the cage stands, with what is kept as the answer, so that Enter alone goes on", () => {
		const wizard = saved({ initiatedBy: "Erika", implementedBy: "operator", asks: true });
		expect(wizard.state.prompt).toMatchObject({ kind: "initiated-by", line: { text: "Erika" } });
		wizard.type(enter);
		expect(wizard.state.prompt).toMatchObject({ kind: "implemented-by", line: { text: "operator" } });
		wizard.type(enter);
		expect(wizard.intentions).toMatchObject([{ ...asked, initiatedBy: "Erika", implementedBy: "operator" }]);
		wizard.answer({ job: "names", value: { initiatedBy: "Erika", implementedBy: "operator", asks: false } });
		expect([wizard.state.prompt, wizard.state.notice?.code]).toEqual([undefined, "names-kept"]);
		// The end is as near as it was.
		expect(wizard.type(enter).state.exit).toBe(0);
	});

	test("are what was typed; an empty one is left open", () => {
		const wizard = saved({ initiatedBy: "Erika", asks: true }).type(`\x15${enter}`).type(`\x15Max${enter}`);
		expect(wizard.intentions).toMatchObject([{ ...asked, initiatedBy: "", implementedBy: "Max" }]);
	});

	test("stay as they are kept where one presses Esc", () => {
		const wizard = saved({ initiatedBy: "Erika", asks: true }).type("xx").press("escape").type("yy").press("escape");
		expect(wizard.intentions).toMatchObject([{ ...asked, initiatedBy: "Erika", implementedBy: "operator" }]);
	});

	test("are not asked for again, but can be changed, and the record that was read is read anew", () => {
		const wizard = saved();
		expect(wizard.state.prompt).toBeUndefined();
		const item = saveItems(wizard.state).indexOf("record");
		wizard.type("j".repeat(item) + enter).answer({ job: "text", value: { page: "record", text: "old" } });
		wizard.type(`qj${enter}`);
		expect(wizard.state.prompt?.kind).toBe("initiated-by");
		wizard.type(`Erika${enter}${enter}`).answer({ job: "names", value: { ...finished.names, initiatedBy: "Erika" } });
		expect(wizard.state.texts.record).toBeUndefined();
		expect(wizard.state.finished?.names.initiatedBy).toBe("Erika");
	});

	test("can be left by quitting: nobody is held up, and the next time they are asked for again", () => {
		const wizard = saved({ asks: true }).press("ctrl-c").press("ctrl-c");
		expect([wizard.state.exit, ...wizard.wanted()]).toEqual([130]);
	});
});
