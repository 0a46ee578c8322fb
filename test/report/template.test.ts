import { expect, test } from "vitest";
import { templateCommands } from "../../src/report/template.ts";
import { smallest, template } from "../core/template/corpus.ts";
import { messagesIn } from "../texts.ts";

test("the review of a template shows its sockets, including those for other systems", () => {
	const other = { systems: ["fedora"], tried: true, application: { sockets: ["stream /run/other.socket"] } };
	const application = { ...smallest.application, sockets: ["stream /run/app.socket mode=0660"] };
	const shown = templateCommands(template({ ...smallest, application, alternatives: [other] }), messagesIn("en"));
	expect(shown).toContain("stream /run/app.socket mode=0660");
	expect(shown).toContain("stream /run/other.socket");
});
