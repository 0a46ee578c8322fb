/** Services of Debian that serve each other, and the persons and tools that ask them. */
export interface Stack {
	readonly name: string;
	readonly packages: readonly string[];
	/** Whoever is used comes before its users. */
	readonly services: readonly string[];
	/** Services of clients, which serve nobody. They stay on the host. */
	readonly clients?: readonly string[];
	/** Shell lines, run once as root while no service runs. */
	readonly configure: string;
	/** Shell lines, run once as root while all services run. */
	readonly fill?: string;
	/** Who asks what, as a shell line on the host that exits with 0. A line may use `$mark`, which differs each time. */
	readonly questions: Readonly<Record<string, string>>;
	/** Options of `adopt` for a service, where it asks for a consent or a probe. */
	readonly options?: Readonly<Record<string, string>>;
	/** A package of the stack that is installed again while its service is in a cage. */
	readonly upgraded: string;
}
