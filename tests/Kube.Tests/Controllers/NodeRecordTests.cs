using System.Globalization;
using k8s.Models;
using Kube.Controllers.NodeLifecycle;
using Kube.Machinery.Nodes;
using Xunit;

namespace Kube.Tests.Controllers;

public sealed class NodeRecordTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly NodeRecord _record = new();
    private DateTimeOffset _now = Start;
    private long _lease = 100;
    private long _revision = 101;
    private NodeAccusation? _accusation;
    private bool _guarded = true;

    [Fact]
    public void A_node_that_beats_is_not_lost() => Assert.Null(Judge().Loss);

    [Fact]
    public void An_accusation_holds_until_a_newer_renewal()
    {
        Accuse(NodeLoss.Refused);
        Assert.Equal(NodeLoss.Refused, Judge().Loss);
        Renew();
        Assert.Null(Judge().Loss);
    }

    [Fact]
    public void A_renewal_that_is_older_does_not_disprove_an_accusation_however_late_it_is_seen()
    {
        var known = _lease;
        Renew();
        var renewed = _lease;
        Accuse(NodeLoss.Refused);
        _lease = known;
        Assert.NotNull(Judge().Loss);
        _lease = renewed;
        Assert.NotNull(Judge().Loss);
    }

    [Fact]
    public void A_second_loss_right_after_the_first_counts_at_once_though_everything_about_it_reads_the_same()
    {
        Accuse(NodeLoss.Refused);
        var first = Judge();
        Pass(6);
        Renew();
        Assert.Null(Judge().Loss);
        Pass(6);
        Accuse(NodeLoss.Refused);
        var second = Judge();
        Assert.Equal(NodeLoss.Refused, second.Loss);
        Assert.Equal(first.Since + TimeSpan.FromSeconds(12), second.Since);
    }

    [Fact]
    public void A_second_loss_counts_anew_even_when_the_life_between_was_not_seen()
    {
        Accuse(NodeLoss.Silent);
        Judge();
        Pass(60);
        Renew();
        Accuse(NodeLoss.Silent);
        Assert.Equal(Start + TimeSpan.FromSeconds(60), Judge().Since);
    }

    [Fact]
    public void A_node_that_is_back_for_a_moment_only_gains_no_time()
    {
        Accuse(NodeLoss.Silent);
        Judge();
        Pass(1);
        Renew();
        Judge();
        Pass(1);
        Accuse(NodeLoss.Silent);
        Assert.Equal(Start, Judge().Since);
    }

    [Fact]
    public void Nothing_stateful_is_safe_to_replace_before_lease_and_margin_have_passed_since_the_last_renewal()
    {
        Accuse(NodeLoss.Silent, silentSeconds: 2);
        Assert.Equal(Start - TimeSpan.FromSeconds(2) + TimeSpan.FromSeconds(11) + FencePromise.Margin, Judge().FencedAt);
        Pass(5);
        Assert.Equal(Start - TimeSpan.FromSeconds(2) + TimeSpan.FromSeconds(11) + FencePromise.Margin, Judge().FencedAt);
    }

    [Fact]
    public void A_node_that_promises_no_fence_is_never_safe()
    {
        _guarded = false;
        Accuse(NodeLoss.Silent);
        Assert.NotNull(Judge().Loss);
        Assert.Null(Judge().FencedAt);
    }

    [Fact]
    public void Silence_that_the_controller_measured_itself_is_disproved_by_any_newer_sign()
    {
        Judge();
        _record.Condemn(new NodeSign(_lease, null), _now);
        Assert.Equal(NodeLoss.Silent, Judge().Loss);
        Renew();
        Assert.Null(Judge().Loss);
    }

    [Fact]
    public void What_the_server_said_is_not_unsaid_by_a_cache_that_follows_it_late()
    {
        var (lease, revision) = (_lease, _revision);
        Accuse(NodeLoss.Silent);
        Judge();
        var accusation = _accusation;
        (_lease, _revision, _accusation) = (lease, revision, null);
        Assert.NotNull(Judge().Loss);
        (_lease, _accusation, _revision) = (lease, accusation, revision + 1);
        Assert.NotNull(Judge().Loss);
    }

    [Fact]
    public void A_node_that_is_lost_again_and_again_is_held_longer_each_time()
    {
        Assert.Null(LoseAndReturn());
        Assert.Equal(TimeSpan.FromSeconds(10), LoseAndReturn());
        Pass(30);
        Assert.Null(Judge().HeldUntil);
        Assert.Equal(TimeSpan.FromSeconds(20), LoseAndReturn());
        Pass(60);
        Assert.Equal(TimeSpan.FromSeconds(40), LoseAndReturn());
        Pass(3600);
        Assert.Null(LoseAndReturn());
    }

    private TimeSpan? LoseAndReturn()
    {
        Accuse(NodeLoss.Refused);
        Judge();
        Pass(10);
        Renew();
        return Judge().HeldUntil - _now;
    }

    private void Accuse(NodeLoss loss, double silentSeconds = 0) =>
        (_revision, _accusation) = (Math.Max(_revision, _lease) + 1, NodeAccusation.Parse(new NodeAccusation(loss, _lease, TimeSpan.FromSeconds(silentSeconds), _now).ToString()));

    private void Renew() => _lease = Math.Max(_revision, _lease) + 1;

    private void Pass(double seconds) => _now += TimeSpan.FromSeconds(seconds);

    private NodeVerdict Judge()
    {
        var node = new V1Node { Metadata = new V1ObjectMeta { Name = "n", ResourceVersion = _revision.ToString(CultureInfo.InvariantCulture) } };
        if (_accusation is not null)
            node.Metadata.Annotations = new Dictionary<string, string> { [NodeAccusation.Annotation] = _accusation.ToString() };
        var lease = new V1Lease
        {
            Metadata = new V1ObjectMeta { Name = "n", ResourceVersion = _lease.ToString(CultureInfo.InvariantCulture), Annotations = _guarded ? new Dictionary<string, string> { [FencePromise.Annotation] = FencePromise.Guarded } : null },
            Spec = new V1LeaseSpec { LeaseDurationSeconds = 11 },
        };
        return _record.Judge(node, lease, _now);
    }
}
