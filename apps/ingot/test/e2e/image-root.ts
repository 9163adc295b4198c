import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const workspace = join(import.meta.dirname, '../../../..')
const dockerfile = readFileSync(join(workspace, 'apps/ingot/Dockerfile'), 'utf8').replaceAll(/ \\\n/g, '')

/** The instructions of a kind in the last stage, without their name. */
function instructions(name: string): string[] {
  const stage = dockerfile.split(/^FROM /m).at(-1)!
  return [...stage.matchAll(new RegExp(`^${name} (.*)$`, 'gm'))].map(([, text]) => text!)
}

/** What the Dockerfile copies into the image: from a path of the build stage, to a path of the image. */
export const copies = instructions('COPY').map(line => {
  const [, from = '', to = ''] = /^--from=build (\S+) (\S+)$/.exec(line) ?? []
  return { from, to: join('/app', to) }
})

/** The user of the image. */
export const user = Number(instructions('USER')[0]?.split(':')[0])

/** What the image runs, and the arguments it is given if none are. */
export const entrypoint: readonly string[] = JSON.parse(instructions('ENTRYPOINT')[0]!)
export const defaultArguments: readonly string[] = JSON.parse(instructions('CMD')[0]!)

/** The command of the build stage that gathers what is copied from there. */
export const gatherCommand = /&& npx -y pnpm@\S+ (--filter ingot deploy .*) \/app$/m.exec(dockerfile)?.[1] ?? ''

/** The files of the image in a folder, put there as its Dockerfile says, save for those of the base image but Node.js. */
export class ImageRoot {
  readonly folder: string
  readonly #gathered: string

  static async assemble(): Promise<ImageRoot> {
    const root = new ImageRoot(await mkdtemp(join(tmpdir(), 'ingot-image-')))
    root.#gather()
    for (const { from, to } of copies) {
      await cp(join(root.#gathered, from.replace('/app', '')), root.path(to), {
        recursive: true,
        verbatimSymlinks: true,
      })
    }
    const node = root.path(entrypoint[0]!)
    await mkdir(dirname(node), { recursive: true })
    await cp(process.execPath, node)
    await root.#makeReadOnly()
    return root
  }

  constructor(folder: string) {
    this.folder = join(folder, 'root')
    this.#gathered = join(folder, 'gathered')
  }

  /** Where a path of the image is. */
  path(inImage: string): string {
    return join(this.folder, inImage)
  }

  /** The entry point with the paths that things have here. */
  get program(): string[] {
    return entrypoint.map(word => (word.startsWith('/') ? this.path(word) : word))
  }

  async remove(): Promise<void> {
    execFileSync('chmod', ['-R', 'u+w', this.folder])
    await rm(dirname(this.folder), { recursive: true })
  }

  #gather(): void {
    execFileSync('pnpm', [...gatherCommand.split(' '), this.#gathered, '--prefer-offline'], { cwd: workspace })
  }

  /** As `readOnlyRootFilesystem` has it; others may come in, and only read. */
  async #makeReadOnly(): Promise<void> {
    execFileSync('chmod', ['-R', 'a+rX,a-w', this.folder])
    await chmod(dirname(this.folder), 0o755)
  }
}
