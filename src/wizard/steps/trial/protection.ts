import { countPermitted } from "../../../confine/seccomp/filter.ts";
import { filterPermissions } from "../../../confine/seccomp/filter-permissions.ts";
import type { Messages } from "../../../messages/messages.ts";
import { isDecoy } from "../../../plan/decoys.ts";
import type { Plan } from "../../../plan/plan.ts";
import type { Fact } from "../../parts/facts.ts";
import type { WizardState } from "../../state/state.ts";

const decoysIn = ({ entries }: Plan) => entries.filter((entry) => entry.decision === "include" && isDecoy(entry)).length;

/** Filter, decoys and alarms in one line. The page of the self-test has the details. */
export function protectionLine({ plan, trial: { tested } }: WizardState, { fill, wizard }: Messages): string {
	if (!plan) return "";
	const words = wizard.trial.protection;
	const alarms = tested?.test?.alarms;
	const values = { ...countPermitted(filterPermissions(plan.permissions)), count: decoysIn(plan) };
	return [
		`${words.label}: ${fill(words.line, values)}`,
		...(alarms ? [fill(words.lineAlarms, { filtered: alarms.filtered, raised: alarms.raised })] : []),
	].join(", ");
}

/** The filter, the decoys, and, once the self-test has ended, the alarms. */
export function protectionFacts({ answers, plan, trial: { tested } }: WizardState, messages: Messages): Fact[] {
	if (!plan) return [];
	const words = messages.wizard.trial.protection;
	const { permissions } = plan;
	const decoys = decoysIn(plan);
	const alarms = tested?.test?.alarms;
	const counts = { ...countPermitted(filterPermissions(permissions)) };
	return [
		[words.filter, messages.fill(permissions.calls ? words.observed : words.general, counts)],
		[words.decoys, decoys ? messages.fill(words.placed, { count: decoys }) : words.noDecoys],
		...(tested
			? [
					[
						words.alarms,
						alarms
							? messages.fill(words.measured, { raised: alarms.raised, filtered: alarms.filtered })
							: messages.fill(words.unmeasured, { name: answers?.name ?? "" }),
					] satisfies Fact,
				]
			: []),
	];
}
