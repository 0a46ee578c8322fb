import { describe, expect, test } from "vitest";
import type { Choice } from "../../src/wizard/choice.ts";
import type { Finished } from "../../src/wizard/session/values.ts";
import { saveItems } from "../../src/wizard/steps/save/reduce.ts";
import { redis } from "../ui/scripted-session.ts";
import { atChoices, atSave, enter } from "./drive.ts";

const known: Choice = {
	id: "template:redis",
	kind: "template",
	name: "redis",
	description: "Redis",
	command: ["/usr/bin/redis-server"],
};
const asking: Choice = {
	...known,
	parameters: [
		{ name: "folder", kind: "path", title: "Folder" },
		{ name: "port", kind: "port", title: "Port", default: "8080" },
	],
};
const foreign: Choice = { ...asking, consent: { text: "Command  /usr/bin/redis-server", hash: "abc" } };

describe("a template", () => {
	test("without parameters is proposed at once", () => expect(atChoices(known).type(enter).wanted()).toEqual(["propose"]));

	test("asks for its parameters one by one and passes on only changed values", () => {
		const drive = atChoices(asking).type(`${enter}/srv/pages${enter}`);
		expect(drive.state.prompt).toMatchObject({ kind: "parameter", line: { text: "8080" } });
		drive.type(enter);
		expect(drive.intentions).toMatchObject([{ job: "propose", choice: { values: { folder: "/srv/pages" } } }]);
		expect(drive.intentions).not.toHaveProperty("0.choice.values.port");
		expect(drive.state.asked).toBeUndefined();
	});

	test("rejects an invalid value, and Esc cancels", () => {
		const drive = atChoices(asking).type(`${enter}srv${enter}`);
		expect(drive.state.notice?.code).toBe("parameter-path");
		drive.type(`\x15${enter}`);
		expect(drive.state.notice?.code).toBe("parameter-path");
		expect(drive.press("escape").state.prompt).toBeUndefined();
		expect(drive.wanted()).toEqual([]);
		expect(drive.state.screen).toBe("choose");
	});

	test("that was not accepted shows its commands and waits for consent", () => {
		const drive = atChoices(foreign).type(enter);
		expect(drive.state).toMatchObject({ overlay: "consent", texts: { consent: foreign.consent?.text } });
		expect(drive.press("escape").state.overlay).toBeUndefined();
		expect(drive.wanted()).toEqual([]);
		// Scrolling accepts nothing.
		drive.type(enter).act({ type: "measured", scrollEnd: 10, found: [] }).type("jjJ");
		expect(drive.state).toMatchObject({ overlay: "consent", scroll: 2 });
		drive.press("escape");
		expect(drive.wanted()).toEqual([]);
		drive.type(`${enter}y/srv/x${enter}${enter}`);
		expect(drive.intentions).toMatchObject([{ job: "propose", choice: { accepts: "abc", values: { folder: "/srv/x" } } }]);
	});
});

test("a cage of a template can be compared with it", () => {
	const finished = { name: "redis", installs: false } as Finished;
	const { template: _, ...alone } = redis;
	expect(saveItems({ finished, answers: alone })).not.toContain("changes");
	expect(saveItems({ finished, answers: redis })).toContain("changes");
});

test("saving a template over a built-in one is reported", () => {
	const save = (hidesBuiltIn: boolean) => {
		const wizard = atSave();
		const item = saveItems(wizard.state).indexOf("template");
		wizard.type(`${"j".repeat(item)}${enter}${enter}`);
		expect(wizard.wanted()).toContain("template");
		return wizard.answer({ job: "template", value: { name: "redis", path: "/t/redis.json", hidesBuiltIn } }).state;
	};
	expect(save(false)).toMatchObject({ notice: { code: "template-saved" }, template: { name: "redis" } });
	expect(save(true)).toMatchObject({ notice: { code: "template-saved-over", values: { name: "redis" } } });
});
