using Kube.Machinery.Metadata;

namespace Kube.Machinery.Selectors;

/// <summary>Recursive descent over the selector syntax: <c>key</c>, <c>!key</c>, <c>key = v</c>, <c>key in (v, w)</c>, joined by commas.</summary>
internal sealed class LabelSelectorParser(string text)
{
    private int _position;

    public IEnumerable<LabelRequirement> Parse()
    {
        while (true)
        {
            yield return Requirement();
            SkipSpace();
            if (_position == text.Length)
                yield break;
            Expect(',');
        }
    }

    private LabelRequirement Requirement()
    {
        SkipSpace();
        if (TryTake('!'))
            return new LabelRequirement(Key(), LabelOperator.DoesNotExist, []);
        var key = Key();
        SkipSpace();
        if (_position == text.Length || text[_position] == ',')
            return new LabelRequirement(key, LabelOperator.Exists, []);
        if (TryTake('!'))
        {
            Expect('=');
            return new LabelRequirement(key, LabelOperator.NotIn, [Value()]);
        }

        if (TryTake('='))
        {
            TryTake('=');
            return new LabelRequirement(key, LabelOperator.In, [Value()]);
        }

        if (TryTake('>'))
            return new LabelRequirement(key, LabelOperator.GreaterThan, [Number()]);
        if (TryTake('<'))
            return new LabelRequirement(key, LabelOperator.LessThan, [Number()]);
        var word = Word();
        return word switch
        {
            "in" => new LabelRequirement(key, LabelOperator.In, Values()),
            "notin" => new LabelRequirement(key, LabelOperator.NotIn, Values()),
            _ => throw Unexpected(word),
        };
    }

    private string Key()
    {
        SkipSpace();
        var key = Word();
        if (NameRules.QualifiedName(key) is { } wrong)
            throw new FormatException($"unable to parse requirement: invalid label key \"{key}\": {wrong}");
        return key;
    }

    private string Value()
    {
        SkipSpace();
        var value = Word();
        if (NameRules.LabelValue(value) is { } wrong)
            throw new FormatException($"unable to parse requirement: invalid label value \"{value}\": {wrong}");
        return value;
    }

    private string Number()
    {
        var value = Value();
        return long.TryParse(value, out _) ? value : throw new FormatException($"unable to parse requirement: for 'Gt', 'Lt' operators, the value must be an integer, found \"{value}\"");
    }

    private List<string> Values()
    {
        var values = new List<string>();
        SkipSpace();
        Expect('(');
        while (true)
        {
            values.Add(Value());
            SkipSpace();
            if (TryTake(')'))
                return values;
            Expect(',');
        }
    }

    private string Word()
    {
        var start = _position;
        while (_position < text.Length && (char.IsAsciiLetterOrDigit(text[_position]) || text[_position] is '-' or '_' or '.' or '/'))
            _position++;
        return text[start.._position];
    }

    private void SkipSpace()
    {
        while (_position < text.Length && text[_position] is ' ' or '\t')
            _position++;
    }

    private bool TryTake(char c)
    {
        if (_position >= text.Length || text[_position] != c)
            return false;
        _position++;
        return true;
    }

    private void Expect(char c)
    {
        if (!TryTake(c))
            throw Unexpected(_position < text.Length ? text[_position].ToString() : "");
    }

    private FormatException Unexpected(string found) => new($"unable to parse requirement: found '{found}' at {_position} in \"{text}\", expected: ',', ')', 'in', 'notin', '=', '==', '!=', '>' or '<'");
}
