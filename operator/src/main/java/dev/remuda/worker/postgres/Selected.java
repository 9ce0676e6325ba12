package dev.remuda.worker.postgres;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.remuda.task.Reason;
import dev.remuda.task.TableName;
import dev.remuda.worker.WorkFailure;

/** The part of an archive that a Restore asks for. */
public final class Selected {
    private Selected() {}

    /**
     * @param known hypertables that the manifest tells of
     * @throws WorkFailure InvalidSpec when something of it is not in there, or would be restored without its rows
     */
    public static ArchivePart of(Toc toc, dev.remuda.task.Selection include, Collection<TableName> known) {
        ArchivePart selection = toc.select(include.schemas(), include.tables());
        List<String> wrong = new ArrayList<>(selection.missing().stream().map(name -> name + " is not in the backup").toList());
        selection.ambiguous().forEach(name -> wrong.add("the backup has several tables that pg_restore calls " + name));
        Set<TableName> hypertables = new HashSet<>(toc.hypertables());
        hypertables.addAll(known);
        selection.tables().stream().filter(hypertables::contains).forEach(table -> wrong.add(
                table + " is a hypertable of TimescaleDB, whose rows lie in chunks of their own: only the whole database can be restored (strategy Swap, or Create with another "
                        + "target.name; then copy what is needed)"));
        if (!wrong.isEmpty()) {
            throw new WorkFailure(Reason.InvalidSpec, "include cannot be restored: " + String.join("; ", wrong));
        }
        return selection;
    }
}
