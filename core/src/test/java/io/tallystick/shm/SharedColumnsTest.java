package io.tallystick.shm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The columns that are added where threads meet. */
final class SharedColumnsTest {
  private final ScarceBlocks blocks = new ScarceBlocks();
  private final SeriesLog log = new SeriesLog(blocks, 64);
  private final Segment segment = makeSegment();

  private Segment makeSegment() {
    try {
      byte[] record = Records.series(0, List.of(), null, false);
      return log.addSeries(0, record, 2, CellKind.COLUMNS, new Thread[0]).segment();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldDoubleTheColumnsUpToTheLimitWhenThreadsMeet() throws Exception {
    for (int i = 0; i < 5; i++) {
      meetAndAdd();
    }

    assertThat(segment.sharedColumns()).isEqualTo(8);
    assertThat(segment.all()).hasSize(8).doesNotHaveDuplicates();
    assertThat(blocks.columns).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
  }

  @Test
  void shouldAddNoneWhenNoThreadsMet() throws Exception {
    log.addSharedWhereContended(8);

    assertThat(segment.sharedColumns()).isEqualTo(1);
  }

  @Test
  void shouldMakeNoColumnTwiceWhenThereWasNoRoomForItsNeighbour() throws Exception {
    meetAndAdd();
    blocks.left = 1;
    assertThatThrownBy(this::meetAndAdd).isInstanceOf(IOException.class);
    assertThat(segment.sharedColumns()).isEqualTo(2);
    blocks.left = 1;
    meetAndAdd();

    assertThat(segment.sharedColumns()).isEqualTo(4);
    assertThat(segment.all()).hasSize(4).doesNotHaveDuplicates();
    assertThat(blocks.columns).containsExactly(0, 1, 2, 3);
  }

  private void meetAndAdd() throws IOException {
    segment.changeLane(0);
    log.addSharedWhereContended(8);
  }

  /** Blocks in the heap, as many columns as there is room for. */
  private static final class ScarceBlocks extends Blocks {
    private final HeapBlocks plain = new HeapBlocks();
    private final List<Integer> columns = new ArrayList<>();
    private int left = Integer.MAX_VALUE;

    @Override
    boolean isHalfFull() {
      return left == 0;
    }

    @Override
    ByteBuffer append(int kind, int column, int firstCell, int cells, int payloadBytes)
        throws IOException {
      if (kind == FileLayout.BLOCK_CELLS) {
        if (left == 0) {
          throw new IOException("no room");
        }
        left--;
        columns.add(column);
      }
      return plain.append(kind, column, firstCell, cells, payloadBytes);
    }
  }
}
