package io.tallystick.merge;

import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.ExemplarSlots;
import io.tallystick.shm.ExemplarSlots.RawExemplar;
import io.tallystick.shm.SegmentView;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;

/** Where the exemplars of one file are, and which merged series they belong to. */
final class ExemplarCells {
  private final List<Place> places = new ArrayList<>();

  /**
   * Takes in a series' slots.
   *
   * @param number of the series among all of the file
   */
  void add(
      MergedFamily family, int series, int number, int seriesCell, int segment, int cell, int n) {
    places.add(new Place(family, series, number, seriesCell, segment, cell, n));
  }

  /** Drops those of series whose cells were given up. */
  void removeIf(RemovedCells removed) {
    places.removeIf(place -> removed.contains(place.seriesCell, place.number));
  }

  void renumber(MergedFamily family, int[] renumbered) {
    places.replaceAll(
        place -> place.family == family ? place.withSeries(renumbered[place.series]) : place);
  }

  /** Adds all exemplars; false where there was one that no process writes. */
  boolean accumulate(List<SegmentView> segments, long notBeforeMs, long notAfterMs) {
    boolean possible = true;
    for (Place place : places) {
      if (!place.family.hasValues()) {
        continue; // nobody asks for it
      }
      LongBuffer cells = segments.get(place.segment).columns().get(0);
      for (int slot = 0; slot < place.slots; slot++) {
        try {
          RawExemplar exemplar = ExemplarSlots.read(cells, place.cell, slot);
          if (exemplar != null
              && exemplar.timeMs() >= notBeforeMs
              && exemplar.timeMs() <= notAfterMs) {
            place.family.exemplars().add(place.series, slot, exemplar);
          }
        } catch (CorruptFileException | IllegalArgumentException e) {
          possible = false; // label names that client_java refuses, among others
        }
      }
    }
    return possible;
  }

  /**
   * A series' slots.
   *
   * @param series its number in the merged family
   * @param number of the series among all of its file
   * @param seriesCell its own first cell in its file
   * @param segment the slots' segment
   * @param cell the first one's cell in it
   */
  private record Place(
      MergedFamily family,
      int series,
      int number,
      int seriesCell,
      int segment,
      int cell,
      int slots) {
    Place withSeries(int renumbered) {
      return new Place(family, renumbered, number, seriesCell, segment, cell, slots);
    }
  }
}
