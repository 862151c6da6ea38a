using Kube.ApiServer.Presence;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kube.Tests.Presence;

public sealed class NodeSignsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly NodeSigns _signs;
    private long _revision = 100;

    public NodeSignsTests() => _signs = new NodeSigns(_time);

    [Fact]
    public void The_end_of_the_last_watch_is_suspicion_at_once()
    {
        _signs.Attach();
        _signs.Attach();
        _signs.Detach();
        Assert.False(_signs.IsSuspect(judgesSilence: true));
        _signs.Detach();
        Assert.True(_signs.IsSuspect(judgesSilence: false));
    }

    [Fact]
    public void A_watch_that_comes_back_ends_the_suspicion()
    {
        _signs.Attach();
        _signs.Detach();
        _signs.Attach();
        Assert.False(_signs.IsSuspect(judgesSilence: true));
    }

    [Fact]
    public void A_second_loss_right_after_the_first_is_looked_at_as_quickly()
    {
        _signs.Attach();
        _signs.Detach();
        for (var knock = 0; knock < 10; knock++)
            _signs.Postpone();
        Assert.False(_signs.IsSuspect(judgesSilence: true));
        // It has started again and beats once, but is lost before it follows its pods.
        Renew();
        Pass(0.25);
        Assert.True(_signs.IsSuspect(judgesSilence: true));
    }

    [Fact]
    public void A_node_that_was_lost_for_a_while_is_found_as_quickly_the_next_time()
    {
        for (var beat = 0; beat < 10; beat++)
        {
            Renew();
            Pass(2);
        }

        _signs.BeginAccusation();
        _signs.Accused(_revision);
        Pass(12);
        for (var beat = 0; beat < 3; beat++)
        {
            Renew();
            Pass(2);
        }

        Pass(0.5);
        Assert.True(_signs.IsSilent());
        Assert.True(_signs.AnswerPatience < TimeSpan.FromSeconds(1.5));
    }

    [Fact]
    public void Renewals_are_absorbed_between_those_that_are_stored()
    {
        Assert.False(Renew());
        Pass(2);
        Assert.True(Renew());
        Pass(2);
        Assert.True(Renew());
        Pass(2);
        Assert.False(Renew());
    }

    [Fact]
    public void After_an_accusation_a_renewal_goes_through_the_store_so_that_it_is_newer()
    {
        Renew();
        Pass(1);
        Assert.True(Renew());
        Pass(0.5);
        Assert.Equal(TimeSpan.FromSeconds(0.5), _signs.BeginAccusation());
        _signs.Accused(_revision);
        Assert.False(Renew());
        // Only when one has gone through is the next absorbed again.
        Assert.True(Renew());
    }

    [Fact]
    public void A_silent_node_is_asked_soon_after_its_usual_time_and_an_answer_excuses_it_for_a_while_only()
    {
        Beat(2, times: 10);
        Pass(2.2);
        Assert.False(_signs.IsSuspect(judgesSilence: true));
        Pass(0.2);
        Assert.True(_signs.IsSuspect(judgesSilence: true));
        Assert.False(_signs.IsSuspect(judgesSilence: false));
        _signs.Answered();
        Assert.False(_signs.IsSilent());
        for (var second = 0; second < 8; second++)
        {
            Pass(1);
            _signs.Answered();
        }

        Assert.True(_signs.IsSilent());
    }

    [Fact]
    public void A_node_that_beats_irregularly_is_given_more_time()
    {
        for (var beat = 0; beat < 20; beat++)
        {
            Pass(beat % 2 == 0 ? 1 : 3);
            Renew();
        }

        Pass(4);
        Assert.False(_signs.IsSilent());
        Pass(3);
        Assert.True(_signs.IsSilent());
    }

    [Fact]
    public void What_was_not_heard_while_this_process_slept_is_forgiven()
    {
        Beat(2, times: 10);
        Pass(30);
        _signs.Forgive();
        Assert.False(_signs.IsSilent());
        Pass(2.5);
        Assert.True(_signs.IsSilent());
    }

    // As the store does: what is not absorbed gets a new revision.
    private bool Renew()
    {
        var absorbed = _signs.Renew(mayAbsorb: true, _revision);
        if (!absorbed)
            _revision++;
        return absorbed;
    }

    private void Beat(double seconds, int times)
    {
        for (var beat = 0; beat < times; beat++)
        {
            Pass(seconds);
            Renew();
        }
    }

    private void Pass(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));
}
