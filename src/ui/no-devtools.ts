/** Stands in for react-devtools-core, which Ink imports only when DEV is set and nobody installs with this program. */
export default {
	initialize(): void {},
	connectToDevTools(): void {},
};
