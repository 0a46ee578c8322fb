import { useView } from "../look.ts";
import { CommandsPage } from "../parts/commands-page.tsx";
import { DryRunPage } from "../parts/dry-run-page.tsx";
import { KeysPage } from "../parts/keys-page.tsx";
import { NextPage } from "../parts/next-page.tsx";
import { OutputPage } from "../parts/output-page.tsx";
import { SelftestPage } from "../parts/selftest-page.tsx";
import { TextPage } from "../parts/text-page.tsx";
import { UnneededPage } from "../parts/unneeded-page.tsx";
import { WhyPage } from "../parts/why-page.tsx";
import { AccountsStep } from "./accounts.tsx";
import { BuildStep } from "./build.tsx";
import { ChooseStep } from "./choose.tsx";
import { FilesStep } from "./files.tsx";
import { FormStep } from "./form.tsx";
import { LacksStep } from "./lacks.tsx";
import { SaveStep } from "./save.tsx";
import { TraceStep } from "./trace.tsx";
import { TrialStep } from "./trial.tsx";

const bodies = {
	lacks: LacksStep,
	choose: ChooseStep,
	form: FormStep,
	trace: TraceStep,
	files: FilesStep,
	accounts: AccountsStep,
	build: BuildStep,
	trial: TrialStep,
	save: SaveStep,
};

const overlays = {
	keys: KeysPage,
	why: WhyPage,
	commands: CommandsPage,
	output: OutputPage,
	selftest: SelftestPage,
	unneeded: UnneededPage,
	next: NextPage,
	"dry-run": DryRunPage,
	unit: () => <TextPage page="unit" />,
	dropin: () => <TextPage page="dropin" />,
	record: () => <TextPage page="record" />,
	changes: () => <TextPage page="changes" />,
	consent: () => <TextPage page="consent" />,
};

export function Body() {
	const { state } = useView();
	const Shown = state.overlay ? overlays[state.overlay] : bodies[state.screen];
	return <Shown />;
}
