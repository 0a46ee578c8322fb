import { describe, expect, test } from "vitest";
import { saveItems } from "../../src/wizard/steps/save/reduce.ts";
import { atSave, enter, finished } from "./drive.ts";

const asked = { job: "names" } as const;

describe("the names for the record", () => {
	test("are asked once after saving, with the known names as default", () => {
		const wizard = atSave({ initiatedBy: "Erika", implementedBy: "operator", asks: true });
		expect(wizard.state.prompt).toMatchObject({ kind: "initiated-by", line: { text: "Erika" } });
		wizard.type(enter);
		expect(wizard.state.prompt).toMatchObject({ kind: "implemented-by", line: { text: "operator" } });
		wizard.type(enter);
		expect(wizard.intentions).toMatchObject([{ ...asked, initiatedBy: "Erika", implementedBy: "operator" }]);
		wizard.answer({ job: "names", value: { initiatedBy: "Erika", implementedBy: "operator", asks: false } });
		expect([wizard.state.prompt, wizard.state.notice?.code]).toEqual([undefined, "names-kept"]);
		// Quitting is as close as before.
		expect(wizard.type(enter).state.exit).toBe(0);
	});

	test("are saved as typed, and an empty one stays open", () => {
		const wizard = atSave({ initiatedBy: "Erika", asks: true }).type(`\x15${enter}`).type(`\x15Max${enter}`);
		expect(wizard.intentions).toMatchObject([{ ...asked, initiatedBy: "", implementedBy: "Max" }]);
	});

	test("stay unchanged after Esc", () => {
		const wizard = atSave({ initiatedBy: "Erika", asks: true }).type("xx").press("escape").type("yy").press("escape");
		expect(wizard.intentions).toMatchObject([{ ...asked, initiatedBy: "Erika", implementedBy: "operator" }]);
	});

	test("can be changed later, and the displayed record is updated", () => {
		const wizard = atSave();
		expect(wizard.state.prompt).toBeUndefined();
		const item = saveItems(wizard.state).indexOf("record");
		wizard.type("j".repeat(item) + enter).answer({ job: "text", value: { page: "record", text: "old" } });
		wizard.type(`qj${enter}`);
		expect(wizard.state.prompt?.kind).toBe("initiated-by");
		wizard.type(`Erika${enter}${enter}`).answer({ job: "names", value: { ...finished.names, initiatedBy: "Erika" } });
		expect(wizard.state.texts.record).toBeUndefined();
		expect(wizard.state.finished?.names.initiatedBy).toBe("Erika");
	});

	test("are asked again if the wizard is quit", () => {
		const wizard = atSave({ asks: true }).press("ctrl-c").press("ctrl-c");
		expect([wizard.state.exit, ...wizard.wanted()]).toEqual([130]);
	});
});
