import type { Machine } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import type { Cage } from "../../cage/cage.ts";
import { knownCage } from "../../cage/engine/cages.ts";
import type { Answers } from "../../options/answers.ts";
import { withAdditions } from "../../options/trial-decisions.ts";
import { expandInclude } from "../../plan/rules.ts";
import { storedTemplate } from "../../template/engine/starting-point.ts";
import { type MachineOfCage, type SavedTemplate, templateFromCage } from "../../template/from-cage.ts";
import type { StoredTemplate } from "../../template/ports.ts";
import { type TemplateDifference, templateDifferences } from "../../template/template.ts";

/** The input of a cage. */
type CageInput = Pick<Answers, "application" | "rules" | "template" | "parameters">;

/** The input of an existing cage, including what its trials added. */
export function madeBy({ additions, rules, ...cage }: Cage): CageInput {
	return { ...cage, rules: withAdditions(rules, additions) };
}

export async function templateOf(machine: Machine, name: string, made: CageInput): Promise<SavedTemplate> {
	const origin = await storedTemplate(machine.store, made.template);
	return templateFromCage(
		name,
		{
			application: made.application,
			rules: made.rules,
			...(origin ? { origin: { template: origin.template, values: { ...origin.values, ...made.parameters } } } : {}),
		},
		ofThisMachine(machine),
	);
}

/** The saved template that this one would replace. Undefined if there is none, or if it is the same. */
export async function replacedBy(
	{ recording, store }: Pick<Machine, "recording" | "store">,
	{ template, values }: SavedTemplate,
): Promise<StoredTemplate | undefined> {
	const saved = (await store.templates.list()).find((one) => !one.builtIn && one.template.name === template.name);
	const isSame =
		saved?.hash === recording.sha256(JSON.stringify(template)) && JSON.stringify(saved.values) === JSON.stringify(values);
	return isSame ? undefined : saved;
}

/** How a cage differs from its template, or from the one that was saved from it. Throws `cage-without-template` (exit 2). */
export async function changesOf(
	machine: Machine,
	name: string,
): Promise<{ template: string; differences: TemplateDifference[] }> {
	const cage = await knownCage(machine.store, name);
	const isOrigin = ({ builtIn, template }: StoredTemplate) =>
		cage.template === undefined ? !builtIn && template.name === name : template.name === cage.template;
	const origin = (await machine.store.templates.list()).find(isOrigin);
	if (!origin) throw new Failure("cage-without-template", { name }, 2);
	const { template } = await templateOf(machine, origin.template.name, madeBy(cage));
	return { template: origin.template.name, differences: templateDifferences(origin.template, template) };
}

function ofThisMachine({ accounts, applications, files, recording }: Machine): MachineOfCage {
	const name = recording.host().host;
	const { placeholders = {}, systems = [] } = applications.here({ parameters: {} }, {});
	const users = accounts.users();
	const groups = accounts.groups();
	return {
		placeholders,
		systems,
		hostNames: [...new Set([name, name.split(".", 1)[0] ?? name])],
		userName: (uid) => users.find((user) => user.uid === uid)?.name,
		groupName: (gid) => groups.find((group) => group.gid === gid)?.name,
		isSame(one, other) {
			const [here, there] = [expandInclude(one, files), new Set(expandInclude(other, files))];
			return here.length > 0 && here.length === there.size && here.every((path) => there.has(path));
		},
	};
}
