/** What do settings say about functions? `%NAME%` in their definitions, and which are switched off. */

/** The settings of an app: its environment. */
export type AppSettings = Readonly<Record<string, string | undefined>>;

/**
 * Puts settings where a definition names them, as in `%SCHEDULE%`, anywhere in the text (webjobs-sdk, NameResolver).
 *
 * @throws Error that names a setting which isn't set
 */
export function resolveSettings(text: string, settings: AppSettings): string {
  return text.replace(/%([^%]+)%/g, (_, name: string) => {
    const value = settings[name];
    if (value === undefined || value === '')
      throw new Error(`"${text}" names the setting ${name}, which isn't set; set it in the app's settings`);
    return value;
  });
}

/** Says whether a function is switched off (Microsoft Learn, 'How to disable functions in Azure Functions'). */
export function isDisabled(name: string, settings: AppSettings): boolean {
  const value = settings[`AzureWebJobs.${name}.Disabled`] ?? settings[`AzureWebJobs_${name}_Disabled`];
  return value?.toLowerCase() === 'true' || value === '1';
}
