/**
 * An error keeps the functions it came through, with the objects they were called on, until its stack is asked for. Node
 * keeps the error of an HTTP/2 session with that session, and native code keeps a session whose settings the other side
 * has not agreed to for as long as its native half is there, which is one of those objects: 25 KB would stay for ever.
 */
export function forgetFrames(error: Error): void {
  void error.stack
}
