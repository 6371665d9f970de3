from intake.entrypoints.back_off import BackOff


def test_waits_double_up_to_the_longest_and_begin_anew_after_success():
    back_off = BackOff(2, 15, chance=lambda: 0.0)
    assert [back_off.next_seconds() for _ in range(5)] == [2, 4, 8, 15, 15]
    back_off.reset()
    assert back_off.next_seconds() == 2


def test_chance_shortens_a_wait_by_half_at_most():
    back_off = BackOff(8, 8)
    assert all(4 <= back_off.next_seconds() <= 8 for _ in range(200))
