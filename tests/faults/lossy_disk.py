# SPDX-License-Identifier: Apache-2.0
"""A disk that forgets at a power cut what was not fsynced; the system's own Python runs it (pyfuse3).

`python3 lossy_disk.py MOUNTPOINT IMAGE PLAN SEED`: IMAGE is a folder that holds what the disk holds when
power comes, and again what survived once it is cut. PLAN is JSON, [[what, after so many changes], …]:
"kill" is SIGKILL to the process that asked last; "sync-fails" makes the next fsync say EIO, once, and what it
should have kept counts as written from then on, as on Linux; after "cut" the power is gone and all is EIO.

Why: of unsynced pages any may survive, one of them in part; of a folder's unsynced changes the first few.
"""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import stat
import sys
from itertools import count
from pathlib import Path

import pyfuse3
import trio

PAGE, SECTOR, FOREVER_S = 4096, 512, 3600.0


class File:
    """Content as the system shows it, and as the platter has it."""

    def __init__(self, mode, content=b""):
        self.mode, self.links = mode, 1
        self.now, self.kept, self.dirty = bytearray(content), bytearray(content), set()

    def write(self, offset, content):
        """Change what the system shows."""
        if offset > len(self.now):
            self.resize(offset)
        self.now[offset : offset + len(content)] = content
        self.dirty.update(range(offset // PAGE, (offset + len(content) - 1) // PAGE + 1))

    def resize(self, size):
        """Cut, or fill with zeros."""
        before = len(self.now)
        self.now[size:] = bytes(max(0, size - before))
        self.dirty.update(range(min(before, size) // PAGE, -(-max(before, size) // PAGE)))

    def sync(self):
        """Put everything on the platter."""
        for page in self.dirty:
            self._keep(page, PAGE)
        self.kept[len(self.now) :] = b""
        self.dirty.clear()

    def cut(self, chance):
        """Put on the platter what chance will have there."""
        share, torn = chance.choice((0.0, 0.5, 1.0)), max(self.dirty, default=0)
        for page in sorted(self.dirty):
            if page == torn:
                self._keep(page, SECTOR * chance.randrange(PAGE // SECTOR + 1))
            elif chance.random() < share:
                self._keep(page, PAGE)
        if chance.random() < 0.5:
            self.kept[len(self.now) :] = b""

    def _keep(self, page, size):
        start = page * PAGE
        content = self.now[start : start + size]
        if content:
            self.kept.extend(bytes(max(0, start - len(self.kept))))
            self.kept[start : start + len(content)] = content


class Folder:
    """Names as the system shows them, and as the platter has them."""

    def __init__(self, mode):
        self.mode, self.links = mode, 2
        self.now, self.kept, self.log = {}, {}, []

    def change(self, **names):
        """Several names at once; None takes one away."""
        _apply(self.now, names)
        self.log.append(names)

    def sync(self):
        """Put everything on the platter."""
        self.kept, self.log = dict(self.now), []

    def cut(self, chance):
        """Put the first so many changes on the platter."""
        for names in self.log[: chance.randrange(len(self.log) + 1)]:
            _apply(self.kept, names)


def _apply(table, names):
    for name, inode in names.items():
        if inode is None:
            table.pop(name, None)
        else:
            table[name] = inode


class Disk(pyfuse3.Operations):
    """The disk as the kernel asks for it."""

    def __init__(self, image, plan, seed):
        super().__init__()
        self._image, self._plan, self._chance = image, plan, random.Random(seed)
        self._numbers, self._nodes = count(pyfuse3.ROOT_INODE), {}
        self._dead = self._failing = False
        self._asker = 0
        self._load(image)

    def _load(self, place):
        inode, mode = next(self._numbers), place.lstat().st_mode
        if not stat.S_ISDIR(mode):
            self._nodes[inode] = File(mode, place.read_bytes())
            return inode
        folder = self._nodes[inode] = Folder(mode)
        folder.now = {child.name: self._load(child) for child in sorted(place.iterdir())}
        folder.sync()
        return inode

    def _save(self, inode, place):
        node = self._nodes[inode]
        if isinstance(node, File):
            place.write_bytes(node.kept)
        else:
            place.mkdir(parents=True)
            for name, child in node.kept.items():
                self._save(child, place / name)
        place.chmod(stat.S_IMODE(node.mode))

    def _step(self):
        """One change nearer to the next event of the plan."""
        if self._dead:
            raise pyfuse3.FUSEError(errno.EIO)
        if not self._plan:
            return
        self._plan[0][1] -= 1
        if self._plan[0][1] <= 0:
            what, _ = self._plan.pop(0)
            {"kill": self._kill, "sync-fails": self._fail, "cut": self._cut}[what]()

    def _kill(self):
        os.kill(self._asker, signal.SIGKILL)

    def _fail(self):
        self._failing = True

    def _cut(self):
        self._dead = True
        for node in self._nodes.values():
            node.cut(self._chance)
        shutil.rmtree(self._image)
        self._save(pyfuse3.ROOT_INODE, self._image)
        self._image.with_suffix(".cut").touch()
        raise pyfuse3.FUSEError(errno.EIO)

    def _attributes(self, inode):
        node, found = self._nodes[inode], pyfuse3.EntryAttributes()
        found.st_ino, found.st_mode, found.st_nlink = inode, node.mode, node.links
        found.st_size = len(node.now) if isinstance(node, File) else 0
        found.st_uid, found.st_gid, found.st_blksize = os.getuid(), os.getgid(), PAGE
        found.entry_timeout = found.attr_timeout = FOREVER_S
        return found

    def _child(self, parent, name):
        folder = self._nodes[parent]
        if os.fsdecode(name) not in folder.now:
            raise pyfuse3.FUSEError(errno.ENOENT)
        return folder.now[os.fsdecode(name)]

    def _add(self, parent, name, node):
        inode = next(self._numbers)
        self._nodes[inode] = node
        self._nodes[parent].change(**{os.fsdecode(name): inode})
        return inode

    async def getattr(self, inode, ctx=None):
        """What is known of a node."""
        return self._attributes(inode)

    async def lookup(self, parent_inode, name, ctx=None):
        """A name in a folder."""
        self._asker = ctx.pid
        return self._attributes(self._child(parent_inode, name))

    async def setattr(self, inode, attr, fields, fh, ctx):
        """Size and mode; times are not kept."""
        self._asker = ctx.pid
        if fields.update_size:
            self._nodes[inode].resize(attr.st_size)
        if fields.update_mode:
            self._nodes[inode].mode = attr.st_mode
        self._step()
        return self._attributes(inode)

    async def opendir(self, inode, ctx):
        """A folder's handle is its number."""
        return inode

    async def readdir(self, fh, start_id, token):
        """The names in a folder."""
        for place, (name, inode) in enumerate(sorted(self._nodes[fh].now.items())[start_id:], start_id + 1):
            if not pyfuse3.readdir_reply(token, os.fsencode(name), self._attributes(inode), place):
                break

    async def mkdir(self, parent_inode, name, mode, ctx):
        """A new folder."""
        inode = self._add(parent_inode, name, Folder(stat.S_IFDIR | (mode & ~ctx.umask)))
        self._asker = ctx.pid
        self._step()
        return self._attributes(inode)

    async def create(self, parent_inode, name, mode, flags, ctx):
        """A new file, opened."""
        inode = self._add(parent_inode, name, File(stat.S_IFREG | (mode & ~ctx.umask)))
        self._asker = ctx.pid
        self._step()
        return pyfuse3.FileInfo(fh=inode, keep_cache=True), self._attributes(inode)

    async def open(self, inode, flags, ctx):
        """A file's handle is its number."""
        self._asker = ctx.pid
        return pyfuse3.FileInfo(fh=inode, keep_cache=True)

    async def read(self, fh, off, size):
        """What the system shows."""
        if self._dead:
            raise pyfuse3.FUSEError(errno.EIO)
        return bytes(self._nodes[fh].now[off : off + size])

    async def write(self, fh, off, buf):
        """Not on the platter yet."""
        self._nodes[fh].write(off, buf)
        self._step()
        return len(buf)

    async def fsync(self, fh, datasync):
        """On the platter; the one that fails loses what it should have kept."""
        self._step()
        if self._failing:
            self._failing = False
            self._nodes[fh].dirty.clear()
            raise pyfuse3.FUSEError(errno.EIO)
        self._nodes[fh].sync()

    async def fsyncdir(self, fh, datasync):
        """Names on the platter."""
        self._step()
        self._nodes[fh].sync()

    async def link(self, inode, new_parent_inode, new_name, ctx):
        """A second name."""
        if os.fsdecode(new_name) in self._nodes[new_parent_inode].now:
            raise pyfuse3.FUSEError(errno.EEXIST)
        self._nodes[new_parent_inode].change(**{os.fsdecode(new_name): inode})
        self._nodes[inode].links += 1
        self._step()
        return self._attributes(inode)

    async def unlink(self, parent_inode, name, ctx):
        """A name less; what is open stays."""
        self._nodes[self._child(parent_inode, name)].links -= 1
        self._nodes[parent_inode].change(**{os.fsdecode(name): None})
        self._step()

    async def rmdir(self, parent_inode, name, ctx):
        """A folder less."""
        if self._nodes[self._child(parent_inode, name)].now:
            raise pyfuse3.FUSEError(errno.ENOTEMPTY)
        self._nodes[parent_inode].change(**{os.fsdecode(name): None})
        self._step()

    async def rename(self, *asked):
        """Within a folder both names change at once."""
        home, name_old, goal, name_new, *_ = asked
        inode, old, new = self._child(home, name_old), os.fsdecode(name_old), os.fsdecode(name_new)
        replaced = self._nodes[goal].now.get(new)
        if home == goal:
            self._nodes[goal].change(**{old: None, new: inode})
        else:
            self._nodes[goal].change(**{new: inode})
            self._nodes[home].change(**{old: None})
        if replaced is not None:
            self._nodes[replaced].links -= 1
        self._step()

    async def statfs(self, ctx):
        """Room enough."""
        room = pyfuse3.StatvfsData()
        room.f_bsize = room.f_frsize = PAGE
        room.f_blocks = room.f_bfree = room.f_bavail = room.f_files = room.f_ffree = room.f_favail = 1 << 20
        room.f_namemax = 255
        return room


def main(mountpoint, image, plan, seed):
    """Serve until unmounted."""
    options = {*pyfuse3.default_options, "fsname=lossy"}
    pyfuse3.init(Disk(Path(image), json.loads(plan), float(seed)), mountpoint, options)
    try:
        trio.run(pyfuse3.main)
    finally:
        pyfuse3.close(unmount=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
