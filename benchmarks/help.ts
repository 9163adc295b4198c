/** What `pnpm bench --help` prints. */
export const help = `pnpm bench [--full] [--sections proxy,match,scale,profile]
  Measures, keeps the results in benchmarks/results and writes docs/benchmarks.md.
  The short form takes about 13 minutes on a quiet machine with two cores
  (proxy 7, match 3, scale 2), the full one about 40 (proxy 25, match 9, scale 6).
  Sections that are named are measured again, the others are kept; each says when
  and where it was measured. A run that is stopped keeps what it has finished.
pnpm bench --compare REV [--sections proxy,match,scale]
  Builds a revision and measures it against the working tree, in turns: about 8 minutes.
pnpm bench --page
  Writes the page again from the results that are kept.`
