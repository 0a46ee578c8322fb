import { ActionPage, CageScreen } from "./home/cage-screen.tsx";
import { HomeScreen } from "./home/home-screen.tsx";
import { HeadPage, RoundsPage } from "./pages/look-inside.tsx";
import {
	CommandsPage,
	DryRunPage,
	KeysPage,
	NextPage,
	OutputPage,
	SelftestPage,
	TextPage,
	UnneededPage,
	WhyPage,
} from "./pages/pages.tsx";
import { Line } from "./parts/line.tsx";
import { useView } from "./parts/look.ts";
import { OutputTail } from "./parts/rows.tsx";
import { isBusy } from "./state/transitions.ts";
import { AccountsStep } from "./steps/accounts/screen.tsx";
import { BuildStep } from "./steps/build/screen.tsx";
import { ChooseStep, RequirementsStep } from "./steps/choose/screen.tsx";
import { FilesStep } from "./steps/files/screen.tsx";
import { FormStep } from "./steps/form/screen.tsx";
import { SaveStep } from "./steps/save/screen.tsx";
import { TraceStep } from "./steps/trace/screen.tsx";
import { TrialStep } from "./steps/trial/screen.tsx";

const bodies = {
	home: HomeScreen,
	cage: CageScreen,
	requirements: RequirementsStep,
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
	action: ActionPage,
	keys: KeysPage,
	why: WhyPage,
	commands: CommandsPage,
	output: OutputPage,
	selftest: SelftestPage,
	unneeded: UnneededPage,
	head: HeadPage,
	rounds: RoundsPage,
	next: NextPage,
	"dry-run": DryRunPage,
	unit: () => <TextPage page="unit" />,
	dropin: () => <TextPage page="dropin" />,
	record: () => <TextPage page="record" />,
	changes: () => <TextPage page="changes" />,
	consent: () => <TextPage page="consent" />,
};

/** The package manager's output, on each screen that offers to install something. */
function Installing() {
	const { height, messages } = useView();
	return (
		<>
			<Line bold>{messages.wizard.requirements.installing}</Line>
			<OutputTail height={height - 1} />
		</>
	);
}

export function Body() {
	const { state } = useView();
	if (isBusy(state, "install") && state.screen !== "requirements") return <Installing />;
	const Shown = state.overlay ? overlays[state.overlay] : bodies[state.screen];
	return <Shown />;
}
