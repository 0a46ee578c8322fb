import { expect, test } from "vitest";
import { parseTemplate } from "../../src/core/template/parse.ts";
import { templateCommands } from "../../src/report/template.ts";
import { smallest } from "../core/template/corpus.ts";
import { messagesIn } from "../texts.ts";

test("the review of a template shows its sockets, including those for other systems", () => {
	const other = { systems: ["fedora"], tried: true, application: { sockets: ["stream /run/other.socket"] } };
	const application = { ...smallest.application, sockets: ["stream /run/app.socket mode=0660"] };
	const parsed = parseTemplate(JSON.stringify({ ...smallest, application, alternatives: [other] }));
	if ("errors" in parsed) throw new Error(JSON.stringify(parsed.errors));
	const shown = templateCommands(parsed.template, messagesIn("en"));
	expect(shown).toContain("stream /run/app.socket mode=0660");
	expect(shown).toContain("stream /run/other.socket");
});
