import type { Cage, WatchResult } from "../cage/cage.ts";
import type { Acknowledgement } from "../check/acknowledgement.ts";
import type { Companions } from "../unit/ports.ts";
import type { StoredReaction } from "../watch/reaction.ts";

/** Seconds that a `run` gives the application to end (0: no limit). An older version's refuses to restart. */
export type RestartAnswer = number | "refused";

/** Stored state of a cage's maintenance. */
export interface Upkeep {
	switching(name: string): Promise<GenerationSwitch | undefined>;
	/** Undefined: the switch is finished. */
	saveSwitching(name: string, switching: GenerationSwitch | undefined): Promise<void>;
	/** Asks the `run` in the foreground to restart in this generation. */
	requestRestart(name: string, generation: number): Promise<void>;
	/** Undefined until it answers. */
	restartAnswer(name: string, generation: number): RestartAnswer | undefined;
	staleMark(name: string): Promise<StaleMark | undefined>;
	/** Stores which host upgrade made the cage outdated; undefined removes the mark. */
	markStale(name: string, mark: StaleMark | undefined): Promise<void>;
	/** When an administrator last looked at the cage's alarms (milliseconds since 1970). */
	lookedAt(name: string): Promise<number | undefined>;
	noteLook(name: string, time: number): Promise<void>;
	/** The newest reactions of `watch` to alarms: the last stop and freeze, and everything that is not done. */
	reactions(name: string): Promise<readonly StoredReaction[]>;
	saveReactions(name: string, reactions: readonly StoredReaction[]): Promise<void>;
	watched(name: string): Promise<WatchResult | undefined>;
	/** Stores what production watches observed; undefined removes it. */
	saveWatched(name: string, watched: WatchResult | undefined): Promise<void>;
	/** Findings that were acknowledged, whether or not they are still reported. Throws `state-damaged`. */
	acknowledgements(name: string): Promise<readonly Acknowledgement[]>;
	saveAcknowledgements(name: string, acknowledgements: readonly Acknowledgement[]): Promise<void>;
}

/** An unfinished update or rollback: what runs must still move to the present generation. */
export interface GenerationSwitch {
	/** The previous generation and its description. */
	readonly from: number;
	readonly before: Cage;
	/** A service that was stopped and must be started again. */
	readonly stopped?: { readonly service: string; readonly companions: Companions };
}

export interface StaleMark {
	/** ISO 8601, UTC: when it was noticed. */
	readonly since: string;
	readonly packages: readonly string[];
	readonly security: boolean;
}
