/** Where everything of one user or project lives; all paths absolute. */
export interface Workspace {
  readonly root: string;
  readonly configDirectory: string;
  readonly projectsDirectory: string;
  readonly vectorDataDirectory: string;
  /** Hidden folder with state.db, conversations and logs. */
  readonly stateDirectory: string;
  /** Folder of the user, shared by all workspaces, that holds weights and engine packages. */
  readonly cacheDirectory: string;
  /** Which rule chose the root: `--home`, `WOOSTER_HOME`, a workspace upwards, or the user's data folder. */
  readonly chosenBy: 'flag' | 'environment' | 'found' | 'user-data';
}
