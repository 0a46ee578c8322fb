import { join } from "node:path";
import { Failure } from "../core/failure.ts";
import { isName } from "../core/questions/answers.ts";
import { templateSkeleton } from "../core/template/skeleton.ts";
import { writeNewFile } from "../system/files/text-files.ts";
import { programFolder } from "../system/templates/builtin.ts";
import type { Terminal } from "./terminal.ts";

/** A template to begin with, to stdout or into a new file; its `$schema` leads an editor to ours. */
export async function begin(terminal: Terminal, name: string | undefined, output: string | undefined): Promise<number> {
	if (name === undefined) throw new Failure("template-name-needed", {}, 2);
	if (!isName(name) || name !== name.toLowerCase()) throw new Failure("bad-name", { name }, 2);
	const text = `${JSON.stringify(templateSkeleton(name, join(programFolder(), "templates", "schema.json")), null, "\t")}\n`;
	if (output === undefined) {
		terminal.print(text);
		return 0;
	}
	const path = await writeNewFile(output, text);
	if (terminal.options.json) terminal.printJson("template", { name, path });
	else terminal.remark(terminal.messages.cli.template.begun(path));
	return 0;
}
