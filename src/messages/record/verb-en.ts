/** What `record` says beside the record itself, English. */
export const recordVerbEn = {
	written: (name: string, path: string) => `The record of ${name} is in ${path}.`,
	askInitiatedBy: "Who initiated this (for the record; Enter leaves it open)?",
	askImplementedBy: "Who implemented it?",
};
